//! What a configuration says of itself, read by others.

mod every;
mod forms;
mod marks;
mod reference;
mod said;
mod schema;
mod template;
