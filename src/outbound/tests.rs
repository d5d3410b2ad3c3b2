use std::{net::SocketAddr, sync::Arc};

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{RootCertStore, ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;

/// Trust in an authority of its own, and a server for a name that has a certificate from it.
fn authority(name: &str) -> (Outbound, ServerConfig) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(issuer.der().clone()).unwrap();

    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let tls = ClientConfig::builder().with_root_certificates(roots);
    let trusting = Outbound {
        client: Arc::new(client(tls.with_no_client_auth(), 1).into()),
        ..Outbound::new()
    };
    (trusting, server)
}

/// A server that answers `hi` to whatever comes first, over TLS.
async fn secure(config: ServerConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that does not trust it goes away.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let _ = stream.read(&mut [0; 1024]).await.unwrap();
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
            stream.write_all(answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    address
}

/// A server that answers `hi` to whatever comes first, plainly.
async fn plain() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
        stream.write_all(answer).await.unwrap();
    });
    address
}

async fn send(outbound: &Outbound, url: String) -> Result<Vec<u8>, String> {
    let request = Request::post(url)
        .body(http_body_util::Full::default())
        .unwrap();
    let answer = outbound.send(request).await;
    answer
        .map(|answer| answer.body)
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_server_that_is_trusted_is_posted_to_over_tls() {
    let (trusting, server) = authority("localhost");
    let port = secure(server).await.port();
    let sent = send(&trusting, format!("https://localhost:{port}/")).await;
    assert_eq!(sent.as_deref(), Ok(&b"hi"[..]));
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_is_told() {
    // It is bound, so that nobody else gets it, and does not listen.
    let nobody = tokio::net::TcpSocket::new_v4().unwrap();
    nobody.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let nobody_there = nobody.local_addr().unwrap();
    let strange = secure(authority("localhost").1).await.port();
    let scenarios = [
        (format!("http://{nobody_there}/"), "nobody listens there"),
        (format!("https://{nobody_there}/"), "nobody listens there"),
        (
            format!("https://localhost:{strange}/"),
            "no TLS with it: invalid peer certificate: UnknownIssuer",
        ),
        (
            format!("https://{}/", plain().await),
            "no TLS with it: received corrupt message",
        ),
        (
            // No resolver asks anyone for a name with such a beginning, which may take long.
            "http://-no-such-host.invalid/".to_owned(),
            "it cannot be reached: failed to lookup",
        ),
    ];
    for (url, expected) in scenarios {
        let told = send(&Outbound::new(), url).await.unwrap_err();
        assert!(told.starts_with(expected), "{told}");
    }
}

/// The connector has no type for this, only words, which may change with its version.
#[tokio::test]
async fn a_name_that_is_not_there_is_told_from_a_host_that_is() {
    let request = |url: &str| {
        let request = Request::post(url).body(http_body_util::Full::default());
        let outbound = Outbound::new();
        async move { outbound.send(request.unwrap()).await }
    };
    let no_name = request("http://-no-such-host.invalid/").await;
    assert!(matches!(no_name, Err(PostError::NoName(_))), "{no_name:?}");
    let no_port = request("http://127.0.0.1:0/").await;
    assert!(
        !matches!(no_port, Err(PostError::NoName(_)) | Ok(_)),
        "{no_port:?}"
    );
}

#[tokio::test]
async fn a_certificate_counts_only_for_its_name() {
    let (trusting, server) = authority("other.example");
    let port = secure(server).await.port();
    let told = send(&trusting, format!("https://localhost:{port}/")).await;
    assert!(told.unwrap_err().contains("not valid for name"));
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_answer_is_left_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let told = send(&Outbound::within(Duration::from_secs(5)), url).await;
    assert_eq!(told, Err("no answer within 5 s".to_owned()));
}

#[tokio::test]
async fn a_status_counts_whatever_becomes_of_the_rest() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 1000\r\n\r\nha";
        stream.write_all(answer).await.unwrap();
    });
    let request = Request::post(url).body(http_body_util::Full::<Bytes>::default());
    let status = Outbound::new().status(request.unwrap()).await;
    assert_eq!(status.unwrap(), StatusCode::ACCEPTED);
}
