use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{cloudflared, ngrok, route::Route, tailscale};

/// What routes say of a listener at port 32768: the URL to paste, or where they lead.
fn told(routes: &[Route]) -> Vec<String> {
    let listener: SocketAddr = "127.0.0.1:32768".parse().unwrap();
    let told = |route: &Route| match route.webhook_of(listener) {
        Some(url) => url.revealed(),
        None => format!("leads to {}", route.target),
    };
    routes.iter().map(told).collect()
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
    let scenarios: [(Value, &[&str]); 9] = [
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
        (in_tailnet, &[]),
        (json!({}), &[]),
        (
            json!({"Web": {site: {"Handlers": [1]}}, "AllowFunnel": {site: true}}),
            &[],
        ),
    ];
    for (answer, expected) in scenarios {
        assert_eq!(told(&tailscale::routes(&answer)), expected, "{answer}");
    }
}
