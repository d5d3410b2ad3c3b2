//! ngrok's agent: its API, at the address of its web interface (<https://ngrok.com/docs/agent/api>).

use serde_json::Value;

use super::{
    Provider,
    route::{Reach, Route, Target},
};

/// Where it is asked, until one has something to tell: agents of versions 2 and 3, then those that know endpoints only.
pub(super) const PATHS: [&str; 2] = ["/api/tunnels", "/api/endpoints"];

/// The tunnels of an answer.
pub(super) fn routes(answer: &Value) -> Vec<Route> {
    let tunnels = listed(answer, "tunnels")
        .filter_map(|tunnel| route(&tunnel["public_url"], &tunnel["config"]["addr"]));
    let endpoints = listed(answer, "endpoints")
        .filter_map(|endpoint| route(&endpoint["url"], &endpoint["upstream"]["url"]));
    tunnels.chain(endpoints).collect()
}

fn listed<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer[name].as_array().into_iter().flatten()
}

/// Other schemes are of no use to a webhook.
fn route(public: &Value, target: &Value) -> Option<Route> {
    let public = public.as_str()?;
    let reach = match public.split_once("://")?.0 {
        "https" => Reach::Public,
        "http" => Reach::Plain,
        _ => return None,
    };
    Some(Route {
        provider: Provider::Ngrok,
        reach,
        public: public.to_owned(),
        target: Target::parse(target.as_str()?)?,
    })
}
