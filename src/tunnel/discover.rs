//! One look at what runs on this machine.

use std::{net::SocketAddr, ops::RangeInclusive, process::Stdio, time::Duration};

use futures_util::future::join_all;
use http_body_util::Full;
use hyper::{Request, StatusCode, header};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use super::{
    Provider, Tunnel, cloudflared, ngrok,
    route::{Reach, Route},
    tailscale,
};
use crate::{advice::Advice, child, outbound::Outbound};

/// Most bytes of what a program prints that are read.
const PRINTED: u64 = 256 << 10;

/// Most places that are told of one provider.
const TOLD: usize = 3;

/// Where the programs of tunnels are asked.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Ports of ngrok's agents: each takes the first that is free.
    pub(crate) ngrok: RangeInclusive<u16>,
    /// Ports of cloudflared, likewise.
    pub(crate) cloudflared: RangeInclusive<u16>,
    /// Tailscale's program.
    pub(crate) tailscale: String,
    /// Longest wait for an answer.
    pub(crate) patience: Duration,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            ngrok: 4040..=4043,
            cloudflared: 20241..=20245,
            tailscale: "tailscale".to_owned(),
            patience: Duration::from_secs(2),
        }
    }
}

/// Looks for tunnels to a listener. Those that lead elsewhere are told if there are no others.
pub(crate) async fn discover(places: &Places, listener: SocketAddr) -> (Vec<Tunnel>, Vec<Advice>) {
    let outbound = Outbound::within(places.patience);
    let (ngrok, cloudflared, tailscale) = tokio::join!(
        join_all(places.ngrok.clone().map(|port| ask_ngrok(&outbound, port))),
        join_all(
            places
                .cloudflared
                .clone()
                .map(|port| ask_cloudflared(&outbound, port))
        ),
        ask_tailscale(places),
    );
    let routes: Vec<Route> = [ngrok, cloudflared, vec![tailscale]]
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    let tunnels: Vec<_> = routes
        .iter()
        .filter_map(|route| tunnel(route, listener))
        .collect();
    let advice = if tunnels.is_empty() {
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            routes.iter().partition(|route| route.leads_to(listener));
        let closed = here.iter().find_map(|route| closed(route, listener));
        closed
            .into_iter()
            .chain(told_elsewhere(&elsewhere))
            .collect()
    } else {
        Vec::new()
    };
    (tunnels, advice)
}

fn tunnel(route: &Route, listener: SocketAddr) -> Option<Tunnel> {
    Some(Tunnel {
        provider: route.provider,
        url: route.webhook_of(listener)?,
    })
}

/// What is told of one that leads here, but lets Omi not through.
fn closed(route: &Route, listener: SocketAddr) -> Option<Advice> {
    let port = listener.port();
    let (but, remedy) = match route.reach {
        Reach::Public => return None,
        Reach::Plain => ("but with http only", "Omi wants https: start it with that"),
        Reach::Tailnet => (
            "but only for your tailnet",
            "share it with everyone by `tailscale funnel` instead of `tailscale serve`",
        ),
    };
    let found = format!("{} leads to port {port}, {but}", route.provider);
    Some(Advice::warning("tunnel-closed", found, remedy))
}

/// What is told of tunnels that lead elsewhere.
fn told_elsewhere(routes: &[&Route]) -> Vec<Advice> {
    let all = [Provider::Ngrok, Provider::Cloudflared, Provider::Tailscale];
    let told = all.into_iter().filter_map(|provider| {
        let mut places: Vec<_> = routes
            .iter()
            .filter(|route| route.provider == provider)
            .map(|route| route.target.to_string())
            .collect();
        places.dedup();
        places.truncate(TOLD);
        (!places.is_empty()).then(|| {
            let found = format!("{provider} runs, but leads to {}", places.join(", "));
            Advice::note("tunnel-elsewhere", found, "")
        })
    });
    told.collect()
}

async fn ask_ngrok(outbound: &Outbound, port: u16) -> Vec<Route> {
    for path in ngrok::PATHS {
        let routes = ask(outbound, port, path).await.as_ref().map(ngrok::routes);
        match routes {
            // Whoever answers one path answers all.
            None => return Vec::new(),
            Some(routes) if routes.is_empty() => {}
            Some(routes) => return routes,
        }
    }
    Vec::new()
}

async fn ask_cloudflared(outbound: &Outbound, port: u16) -> Vec<Route> {
    let Some(rules) = ask(outbound, port, cloudflared::RULES).await else {
        return Vec::new();
    };
    let quick = ask(outbound, port, cloudflared::QUICK).await;
    cloudflared::routes(&rules, &quick.unwrap_or_default())
}

/// Asks a port of this machine for JSON; None if nobody answers. An answer that is none of it is Null.
async fn ask(outbound: &Outbound, port: u16, path: &str) -> Option<Value> {
    let request = Request::get(format!("http://127.0.0.1:{port}{path}"))
        .header(header::ACCEPT, "application/json")
        .body(Full::default())
        .ok()?;
    let answer = outbound.send(request).await.ok()?;
    let json = (answer.status == StatusCode::OK).then(|| serde_json::from_slice(&answer.body).ok());
    Some(json.flatten().unwrap_or_default())
}

/// Asks Tailscale's program; where it is not installed, there is none.
async fn ask_tailscale(places: &Places) -> Vec<Route> {
    let mut command = child::command(&places.tailscale);
    command.args(tailscale::ARGUMENTS).stdout(Stdio::piped());
    let Ok(mut running) = child::spawn(&mut command) else {
        return Vec::new();
    };
    let Some(out) = running.child.stdout.take() else {
        return Vec::new();
    };
    let mut printed = Vec::new();
    let reading = async {
        out.take(PRINTED).read_to_end(&mut printed).await?;
        running.child.wait().await
    };
    let _ = tokio::time::timeout(places.patience, reading).await;
    let answer: Option<Value> = serde_json::from_slice(&printed).ok();
    answer.as_ref().map(tailscale::routes).unwrap_or_default()
}
