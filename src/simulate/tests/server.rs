//! A server that takes everything and tells what it heard.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::mpsc};

/// What it heard of a post.
#[derive(Debug)]
pub(in crate::simulate) struct Heard {
    pub(in crate::simulate) uri: String,
    /// In the order sent; without the host.
    pub(in crate::simulate) headers: Vec<(String, String)>,
    pub(in crate::simulate) body: Bytes,
}

/// Starts it on a free port. Returns its webhook, whose key is `S`.
pub(in crate::simulate) async fn server() -> (String, mpsc::UnboundedReceiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook?key=S", listener.local_addr().unwrap());
    let (heard, hearing) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let heard = heard.clone();
            let take = service_fn(move |request| take(request, heard.clone()));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), take));
        }
    });
    (url, hearing)
}

async fn take(
    request: Request<Incoming>,
    heard: mpsc::UnboundedSender<Heard>,
) -> hyper::Result<Response<Full<Bytes>>> {
    let uri = request.uri().to_string();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| name != "host")
        .collect();
    let body = request.into_body().collect().await?.to_bytes();
    // A test that has heard enough is gone.
    let _ = heard.send(Heard { uri, headers, body });
    Ok(Response::new(Full::from("{}")))
}
