//! cloudflared: the server of its metrics, which also tells its rules, and the name of a quick tunnel
//! (<https://github.com/cloudflare/cloudflared>, `metrics/metrics.go` and `orchestration/orchestrator.go`).

use serde_json::Value;

use super::{
    Provider,
    route::{Reach, Route, Target},
};

/// Where the rules are: `{"version":0,"config":{"ingress":[{"hostname":"…","path":null,"service":"http://localhost:80"}]}}`.
pub(super) const RULES: &str = "/config";

/// Where the name of a quick tunnel is, empty for another one: `{"hostname":"quiet-fox.trycloudflare.com"}`.
pub(super) const QUICK: &str = "/quicktunnel";

/// The tunnels of both answers.
pub(super) fn routes(rules: &Value, quick: &Value) -> Vec<Route> {
    let quick = quick["hostname"].as_str().unwrap_or_default();
    let rules = rules["config"]["ingress"].as_array();
    let routes = rules.into_iter().flatten().filter_map(|rule| {
        // The one rule of a quick tunnel has no name of its own, as has the last one of others.
        let name = match rule["hostname"].as_str() {
            None | Some("") => quick,
            Some(name) => name,
        };
        let takes_all = rule["path"].as_str().is_none_or(str::is_empty);
        let is_name = !name.is_empty() && !name.contains('*');
        // Other services, as hello_world, have no scheme.
        let service = rule["service"].as_str().filter(|it| it.contains("://"))?;
        (takes_all && is_name).then_some(Route {
            provider: Provider::Cloudflared,
            reach: Reach::Public,
            public: format!("https://{}", name.trim_start_matches("https://")),
            target: Target::parse(service)?,
        })
    });
    routes.collect()
}
