//! A pool that opens each connection with the current user.
//!
//! The pool is not rebuilt when the user changes: connections of the previous user are closed when they are returned,
//! or immediately if they are idle, and replaced by new ones. A connection in use stays open.

use deadpool::managed::{Manager, Metrics, Object, Pool, RecycleError, RecycleResult};
use hotswap::{Secret, Subscription};
use tokio_postgres::{Client, Config, Error, NoTls};

use crate::settings::PoolConfigHandle;

pub struct Connection {
    pub client: Client,
    user: Secret<String>,
}

pub struct Connections(PoolConfigHandle);

impl Connections {
    /// From one version of the configuration, so that user and password belong together.
    fn database(&self) -> (Config, Secret<String>) {
        let settings = self.0.load();
        let mut database = Config::new();
        database.host(&settings.host).port(settings.port).dbname(&settings.database);
        database.user(settings.user.expose()).password(settings.password.expose());
        (database, settings.user.clone())
    }
}

impl Manager for Connections {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        let (database, user) = self.database();
        let (client, connection) = database.connect(NoTls).await?;
        // It transfers the data until the client is dropped; the client's queries report errors.
        tokio::spawn(connection);
        Ok(Connection { client, user })
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Error> {
        match connection.user == *self.0.user() && !connection.client.is_closed() {
            true => Ok(()),
            false => Err(RecycleError::message("it is one of the user before")),
        }
    }
}

/// The pool, for as long as the subscription is kept.
pub fn open(config: &PoolConfigHandle) -> Result<(Pool<Connections>, Subscription), String> {
    let manager = Connections(config.clone());
    let pool = Pool::builder(manager).max_size(config.connections()).build();
    let pool = pool.map_err(|error| error.to_string())?;
    let idle = pool.clone();
    let subscription = config.on_user_change(move |_, user| {
        println!("another user: {} connections of the one before end", idle.status().available);
        idle.retain(|connection, _| connection.user == *user);
    });
    Ok((pool, subscription))
}

/// The current user according to the database.
pub async fn session_user(connection: &Object<Connections>) -> Result<String, Error> {
    let row = connection.client.query_one("select session_user::text", &[]).await?;
    Ok(row.get(0))
}
