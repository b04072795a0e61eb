//! Secrets from AWS, behind the feature `aws`: Secrets Manager, and the Parameter Store of Systems Manager.

mod config;
mod credentials;
mod credentials_timeout;
mod error_messages;
mod failure;
mod parameter_store;
mod secret_name;
mod secrets_manager;
mod store;

pub use config::Config;
pub use credentials::Credentials;
pub use parameter_store::ParameterStore;
pub use secrets_manager::SecretsManager;
