//! Does a tunnel lead here? Looked for where tunnels tell of themselves; nothing is sent through it.

use super::{Finding, Setup, patience::finished};
use crate::{
    monitor::Advice,
    tunnel::{Places, Tunnel, discover},
};

const REMEDY: &str =
    "start one, e.g. `ngrok http PORT`, unless Omi's servers reach this machine in another way";

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let address = setup.survey.config.address();
    let places = Places::default();
    match finished(discover(&places, address)) {
        Ok((tunnels, advice)) => told(&tunnels, &advice, address.port()),
        Err(error) => vec![Finding::warn("tunnel-unknown", error.to_string(), "")],
    }
}

fn told(tunnels: &[Tunnel], advice: &[Advice], port: u16) -> Vec<Finding> {
    let remedy = REMEDY.replace("PORT", &port.to_string());
    if tunnels.is_empty() {
        let none = Finding::note("tunnel-none", "none leads here", remedy);
        let elsewhere = advice.iter().map(Finding::from);
        return elsewhere.chain([none]).collect();
    }
    let lead = |tunnel: &Tunnel| {
        let Tunnel { provider, url } = tunnel;
        Finding::ok("tunnel", format!("{provider} leads here, from {url}"))
    };
    tunnels.iter().map(lead).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{monitor::Severity, tunnel::Provider, webhook_url::WebhookUrl};

    #[test]
    fn a_tunnel_that_leads_elsewhere_is_told_before_what_to_do() {
        let elsewhere = Advice {
            code: "tunnel-elsewhere",
            severity: Severity::Note,
            text: "ngrok runs, but leads to port 80".to_owned(),
            remedy: "",
        };
        let codes = |findings: &[Finding]| -> Vec<_> {
            findings.iter().map(|finding| finding.code).collect()
        };
        let none = told(&[], &[elsewhere], 32768);
        assert_eq!(codes(&none), ["tunnel-elsewhere", "tunnel-none"]);
        assert!(none[1].remedy.contains("`ngrok http 32768`"), "{none:?}");
        let tunnel = Tunnel {
            provider: Provider::Ngrok,
            url: WebhookUrl::parse("https://a.ngrok.app/webhook").unwrap(),
        };
        let here = told(&[tunnel], &[], 32768);
        assert_eq!(
            here[0].text,
            "ngrok leads here, from https://a.ngrok.app/webhook"
        );
    }
}
