//! Secrets from AWS, behind the feature `aws`: Secrets Manager, and the Parameter Store of Systems Manager.

mod config;
mod credentials;
mod failure;
mod parameter_store;
mod patience;
mod place;
mod secrets_manager;
mod store;
mod words;

pub use config::Config;
pub use credentials::Credentials;
pub use parameter_store::ParameterStore;
pub use secrets_manager::SecretsManager;
