//! The HTTP side: every request reads the current limits.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, runtime::Handle};

use crate::{bucket::Bucket, pool::Pool, settings::AppConfigHandle};

/// How long a worker is busy with a request.
const WORK: Duration = Duration::from_millis(2);

#[derive(Clone)]
struct App {
    config: AppConfigHandle,
    bucket: Arc<Bucket>,
    pool: Arc<Pool>,
}

/// Serves until `stop`, and then finishes the requests in progress.
pub async fn serve(
    config: AppConfigHandle,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let pool = Arc::new(Pool::new(config.pool(), Handle::current()));
    let resized = Arc::clone(&pool);
    let _resize = config.on_pool_size_change(move |old, new| {
        tracing::info!("the pool goes from {old} to {new} workers");
        resized.fit();
    });
    pool.fit();

    let app = App { config, bucket: Arc::new(Bucket::new(Instant::now())), pool };
    axum::serve(listener, router(app)).with_graceful_shutdown(stop).await
}

fn router(app: App) -> Router {
    let limited = middleware::from_fn_with_state(app.clone(), limit);
    Router::new().route("/work", get(work)).route_layer(limited).with_state(app)
}

async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let (per_second, burst) = (app.config.rate_limit_per_second(), app.config.rate_limit_burst());
    if app.bucket.take(per_second, burst, Instant::now()) {
        return next.run(request).await;
    }
    tracing::debug!("over the limit of {per_second} requests per second");
    StatusCode::TOO_MANY_REQUESTS.into_response()
}

async fn work(State(app): State<App>) -> Result<String, StatusCode> {
    let _worker = app.pool.worker().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    tracing::debug!("working");
    tokio::time::sleep(WORK).await;
    Ok(format!("done under version {} of the configuration\n", app.config.version()))
}
