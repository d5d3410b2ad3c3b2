use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket},
    sync::watch,
};

use super::{
    Course, Link, Places, Provider, Search, cloudflared, discover, ngrok,
    route::{Reach, Route},
    tailscale,
};
use crate::secret::Secret;

/// What routes that Omi may take say of a listener at port 32768: the URL to paste, or where they lead.
fn told(routes: &[Route]) -> Vec<String> {
    let listener: SocketAddr = "127.0.0.1:32768".parse().unwrap();
    let told = |route: &Route| match route.webhook_of(listener) {
        Some(url) => url.revealed(),
        None => format!("leads to {}", route.target),
    };
    let open = routes.iter().filter(|route| route.reach == Reach::Public);
    open.map(told).collect()
}

#[test]
fn ngroks_answers_of_every_version_tell_its_tunnels() {
    // Version 2 has two tunnels to the same place; endpoints are of version 3.
    let metrics = json!({"conns": {"count": 0}, "http": {"count": 0}});
    let tunnel = |name: &str, proto: &str, addr: Value| {
        json!({
            "name": name, "ID": "8389c87a", "uri": format!("/api/tunnels/{name}"),
            "public_url": format!("{proto}://quiet-fox.ngrok-free.app"), "proto": proto,
            "config": {"addr": addr, "inspect": true}, "metrics": metrics,
        })
    };
    let here: &[&str] = &["https://quiet-fox.ngrok-free.app/webhook"];
    let tunnels = |addr: &str| {
        json!({"tunnels": [
            tunnel("command_line (http)", "http", addr.into()),
            tunnel("command_line", "https", addr.into()),
        ], "uri": "/api/tunnels"})
    };
    let endpoints = |upstream: &str| {
        json!({"endpoints": [{
            "name": "command_line", "url": "https://quiet-fox.ngrok-free.app", "upstream": {"url": upstream},
        }]})
    };
    let scenarios: [(Value, &[&str]); 14] = [
        (tunnels("http://localhost:32768"), here),
        (tunnels("localhost:32768"), here),
        (tunnels("32768"), here),
        (tunnels("http://127.0.0.1:32768/"), here),
        (tunnels("http://[::1]:32768"), here),
        (tunnels("http://localhost:3000"), &["leads to port 3000"]),
        (tunnels("http://localhost"), &["leads to port 80"]),
        (
            tunnels("http://nas.local:32768"),
            &["leads to nas.local:32768"],
        ),
        (endpoints("http://localhost:32768"), here),
        (endpoints("http://localhost:9000"), &["leads to port 9000"]),
        (
            json!({"tunnels": [tunnel("ssh", "tcp", "//localhost:22".into())]}),
            &[],
        ),
        (
            json!({"tunnels": [tunnel("x", "https", Value::Null), 7, [], tunnel("y", "https", "32768".into())]}),
            here,
        ),
        (json!({"tunnels": [], "uri": "/api/tunnels"}), &[]),
        (json!({"tunnels": "none"}), &[]),
    ];
    for (answer, expected) in scenarios {
        assert_eq!(told(&ngrok::routes(&answer)), expected, "{answer}");
    }
}

#[test]
fn cloudflareds_answers_tell_quick_tunnels_and_named_ones() {
    let rules = |rules: Value| json!({"version": 0, "config": {"ingress": rules, "warp-routing": {}, "originRequest": {}}});
    let service = |service: &str| json!([{"hostname": "", "path": null, "service": service, "Handlers": null}]);
    let quick = json!({"hostname": "quiet-fox.trycloudflare.com"});
    let named = json!({"hostname": ""});
    let scenarios: [(Value, &Value, &[&str]); 8] = [
        (
            rules(service("http://localhost:32768")),
            &quick,
            &["https://quiet-fox.trycloudflare.com/webhook"],
        ),
        (
            rules(service("http://127.0.0.1:8080")),
            &quick,
            &["leads to port 8080"],
        ),
        (rules(service("hello_world")), &quick, &[]),
        (rules(service("http://localhost:32768")), &named, &[]),
        (
            rules(json!([
                {"hostname": "www.example.com", "path": null, "service": "http://localhost:80"},
                {"hostname": "omi.example.com", "path": null, "service": "http://localhost:32768"},
                {"hostname": "omi.example.com", "path": "^/only", "service": "http://localhost:32768"},
                {"hostname": "*.example.com", "path": null, "service": "http://localhost:32768"},
                {"hostname": "", "path": null, "service": "http_status:404"},
            ])),
            &named,
            &["leads to port 80", "https://omi.example.com/webhook"],
        ),
        (json!({"config": {"ingress": {"a": 1}}}), &quick, &[]),
        (Value::Null, &quick, &[]),
        (rules(service("http://localhost:32768")), &Value::Null, &[]),
    ];
    for (rules, quick, expected) in scenarios {
        assert_eq!(
            told(&cloudflared::routes(&rules, quick)),
            expected,
            "{rules}"
        );
    }
}

#[test]
fn tailscales_configuration_tells_what_the_internet_may_reach() {
    let proxies = |site: &str, mount: &str, proxy: &str| {
        json!({
            "TCP": {"443": {"HTTPS": true}},
            "Web": {site: {"Handlers": {mount: {"Proxy": proxy}, "/motd": {"Text": "hello"}}}},
            "AllowFunnel": {site: true},
        })
    };
    let site = "fox.tail1234.ts.net:443";
    let of_session = json!({"Foreground": {"5f3a": proxies(site, "/", "http://127.0.0.1:32768")}});
    let mut in_tailnet = proxies(site, "/", "http://127.0.0.1:32768");
    in_tailnet["AllowFunnel"] = json!({"fox.tail1234.ts.net:8443": true});
    let scenarios: [(Value, &[&str]); 10] = [
        // A name that is cut within is none.
        (
            proxies(site, "", "http://127.0.0.1:32768/web"),
            &["leads to port 32768/web"],
        ),
        (
            proxies(site, "/", "http://127.0.0.1:32768"),
            &["https://fox.tail1234.ts.net/webhook"],
        ),
        (
            proxies("fox.tail1234.ts.net:8443", "/", "http://localhost:32768"),
            &["https://fox.tail1234.ts.net:8443/webhook"],
        ),
        (
            proxies(site, "/omi", "http://127.0.0.1:32768"),
            &["https://fox.tail1234.ts.net/omi/webhook"],
        ),
        (
            proxies(site, "/webhook", "http://127.0.0.1:32768/webhook"),
            &["https://fox.tail1234.ts.net/webhook"],
        ),
        (
            proxies(site, "/", "http://127.0.0.1:32768/app"),
            &["leads to port 32768/app"],
        ),
        (of_session, &["https://fox.tail1234.ts.net/webhook"]),
        (in_tailnet.clone(), &[]),
        (json!({}), &[]),
        (
            json!({"Web": {site: {"Handlers": [1]}}, "AllowFunnel": {site: true}}),
            &[],
        ),
    ];
    assert_eq!(tailscale::routes(&in_tailnet)[0].reach, Reach::Tailnet);
    for (answer, expected) in scenarios {
        assert_eq!(told(&tailscale::routes(&answer)), expected, "{answer}");
    }
}

/// A server at a free port that answers paths with JSON, and all others with 404.
async fn answering(answers: Vec<(&'static str, String)>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 4096];
            let read = stream.read(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default();
            let found = answers.iter().find(|(of, _)| *of == path);
            let (status, body) = match found {
                Some((_, body)) => ("200 OK", body.as_str()),
                None => ("404 Not Found", "404 page not found"),
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    port
}

/// A port at which nobody listens, and that nobody else gets while this lives.
struct Nobody(TcpSocket);

impl Nobody {
    fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Self(socket)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }
}

fn places(ngrok: u16, cloudflared: u16) -> Places {
    Places {
        ngrok: ngrok..=ngrok,
        cloudflared: cloudflared..=cloudflared,
        tailscale: "no-such-program-as-tailscale".to_owned(),
        patience: Duration::from_mins(3),
    }
}

fn ngroks(public: &str, target: &str) -> String {
    let tunnel = json!({"name": "command_line", "public_url": public, "proto": "https", "config": {"addr": target}});
    json!({"tunnels": [tunnel], "uri": "/api/tunnels"}).to_string()
}

fn listener() -> SocketAddr {
    "127.0.0.1:32768".parse().unwrap()
}

fn texts(advice: &[crate::advice::Advice]) -> Vec<String> {
    advice.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn with_none_of_them_there_is_none() {
    let nobody = Nobody::new();
    let places = places(nobody.port(), nobody.port());
    assert_eq!(discover(&places, listener()).await, (vec![], vec![]));
}

#[tokio::test]
async fn programs_are_asked_where_they_tell_of_their_tunnels() {
    let ngrok = answering(vec![(
        "/api/tunnels",
        ngroks("https://fox.ngrok.app", "http://localhost:3000"),
    )])
    .await;
    let endpoints = json!({"endpoints": [{"url": "https://fox.ngrok.app", "upstream": {"url": "http://localhost:32768"}}]});
    let newer = answering(vec![("/api/endpoints", endpoints.to_string())]).await;
    let rules = json!({"version": 0, "config": {"ingress": [{"hostname": "", "path": null, "service": "http://localhost:32768"}]}});
    let cloudflared = answering(vec![
        ("/config", rules.to_string()),
        (
            "/quicktunnel",
            r#"{"hostname":"fox.trycloudflare.com"}"#.to_owned(),
        ),
    ])
    .await;
    let other = answering(vec![("/config", "<html>Spark</html>".to_owned())]).await;
    let huge = answering(vec![("/api/tunnels", "[".repeat(1 << 20))]).await;
    let scenarios: [(Places, [&[&str]; 2]); 4] = [
        (
            places(ngrok, cloudflared),
            [&["cloudflared https://fox.trycloudflare.com/webhook"], &[]],
        ),
        (
            places(ngrok, other),
            [&[], &["ngrok runs, but leads to port 3000"]],
        ),
        (
            places(newer, other),
            [&["ngrok https://fox.ngrok.app/webhook"], &[]],
        ),
        (places(huge, other), [&[], &[]]),
    ];
    for (places, [found, told]) in scenarios {
        let (tunnels, advice) = discover(&places, listener()).await;
        let tunnels: Vec<_> = tunnels
            .iter()
            .map(|tunnel| format!("{} {}", tunnel.provider, tunnel.url))
            .collect();
        assert_eq!(tunnels, found);
        assert_eq!(texts(&advice), told);
    }
}

#[tokio::test]
async fn a_tunnel_that_lets_omi_not_through_is_told_with_what_to_do() {
    let plain = answering(vec![(
        "/api/tunnels",
        ngroks("http://fox.ngrok.app", "http://localhost:32768"),
    )])
    .await;
    let nobody = Nobody::new();
    let (tunnels, advice) = discover(&places(plain, nobody.port()), listener()).await;
    assert_eq!(tunnels, []);
    assert_eq!(
        texts(&advice),
        ["ngrok leads to port 32768, but with http only: Omi wants https: start it with that"]
    );
}

#[cfg(unix)]
#[tokio::test]
async fn tailscales_program_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("tailscale");
    let site = "fox.tail1234.ts.net:443";
    let config = json!({
        "TCP": {"443": {"HTTPS": true}},
        "Web": {site: {"Handlers": {"/": {"Proxy": "http://127.0.0.1:32768"}}}},
        "AllowFunnel": {site: true},
    });
    let script = format!("#!/bin/sh\n[ \"$*\" = 'serve status --json' ] && echo '{config}'\n");
    // Not by this process: a neighbouring test may start a program meanwhile, which has the file open until it is another program,
    // and what is open to be written cannot be run.
    let mut writer = std::process::Command::new("sh")
        .args(["-c", r#"cat > "$0" && chmod +x "$0""#])
        .arg(&program)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut writer.stdin.take().unwrap(), script.as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success());
    let nobody = Nobody::new();
    let places = Places {
        tailscale: program.display().to_string(),
        ..places(nobody.port(), nobody.port())
    };
    let (tunnels, _) = discover(&places, listener()).await;
    assert_eq!(tunnels[0].provider, Provider::Tailscale);
    assert_eq!(
        tunnels[0].url.revealed(),
        "https://fox.tail1234.ts.net/webhook"
    );
}

#[tokio::test]
async fn a_tunnel_is_told_at_once_then_what_a_ping_says_and_then_that_it_went() {
    // No name that a resolver would be asked for, which may take long.
    let ngrok = answering(vec![(
        "/api/tunnels",
        ngroks("https://-no-such-host.invalid", "32768"),
    )])
    .await;
    let search = |places| Search {
        places,
        listener: listener(),
        keys: Secret::new("not-for-your-eyes".to_owned()).into(),
        tool: None,
    };
    let (told, link) = watch::channel(Link::default());
    let nobody = Nobody::new();
    let there = search(places(ngrok, nobody.port()));
    let mut course = Course::default();
    for _ in 0..2 {
        there.look(&told, &mut course).await;
        let link = link.borrow().clone();
        assert_eq!(
            link.tunnel.as_ref().unwrap().url.authority(),
            "-no-such-host.invalid"
        );
        let found = link.told(None).unwrap();
        assert!(found.starts_with("found https://-no-such-host.invalid/"));
        assert_eq!(link.advice[0].code, "tunnel-unreachable");
        assert!(
            link.warnings()[0]
                .found
                .starts_with("tunnel: -no-such-host")
        );
    }
    // One look that finds nothing may come of a program that was slow.
    let gone = search(places(nobody.port(), nobody.port()));
    for is_told in [true, false, false] {
        gone.look(&told, &mut course).await;
        assert_eq!(link.borrow().tunnel.is_some(), is_told);
    }
    assert_eq!(*link.borrow(), Link::default());
}
