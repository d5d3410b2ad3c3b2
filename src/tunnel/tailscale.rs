//! Tailscale Funnel: what `tailscale serve status --json` prints, its `ServeConfig`
//! (<https://pkg.go.dev/tailscale.com/ipn#ServeConfig>).

use serde_json::Value;

use super::{
    Provider,
    route::{Reach, Route, Target},
};

/// How its program is asked. It only reads.
pub(super) const ARGUMENTS: [&str; 3] = ["serve", "status", "--json"];

/// The tunnels of an answer: also those that last as long as a `tailscale funnel` in some terminal.
pub(super) fn routes(answer: &Value) -> Vec<Route> {
    let of_sessions = answer["Foreground"].as_object();
    let of_sessions = of_sessions.into_iter().flatten().map(|(_, config)| config);
    [answer]
        .into_iter()
        .chain(of_sessions)
        .flat_map(sites)
        .collect()
}

fn sites(config: &Value) -> impl Iterator<Item = Route> {
    let sites = config["Web"].as_object().into_iter().flatten();
    sites.flat_map(|(site, web)| {
        let reach = if config["AllowFunnel"][site.as_str()] == true {
            Reach::Public
        } else {
            Reach::Tailnet
        };
        let handlers = web["Handlers"].as_object().into_iter().flatten();
        handlers.filter_map(move |(mount, handler)| {
            Some(Route {
                provider: Provider::Tailscale,
                reach,
                public: format!("https://{}{mount}", site.trim_end_matches(":443")),
                target: Target::parse(handler["Proxy"].as_str()?)?,
            })
        })
    })
}
