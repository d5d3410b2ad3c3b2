//! Does a tunnel lead here, and does a ping come through it?

use super::{Finding, Setup, patience::finished};
use crate::{
    secret::Keys,
    tunnel::{Found, Places, Tool, Tunnel, look_once, offer},
    webhook_url::WebhookUrl,
};

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let config = &setup.survey.config;
    let mut findings: Vec<_> = config.tunnel.into_iter().map(of_tool).collect();
    let places = Places::default();
    // Without the key it cannot be tried; what is wrong with that is told elsewhere.
    let key = setup.key().ok().flatten();
    let keys = key.map(|key| Keys::from(key.secret).with_signing(config.secrets.signing.clone()));
    let looked = look_once(&places, config.address(), keys.as_ref());
    match finished(looked) {
        Ok(found) => findings.extend(told(
            &found,
            config.tunnel,
            &WebhookUrl::local(config.address()),
        )),
        Err(error) => findings.push(Finding::warn("tunnel-unknown", error.to_string(), "")),
    }
    findings
}

/// The tool that is started with omiscope.
fn of_tool(tool: Tool) -> Finding {
    if tool.is_installed() {
        Finding::ok("tunnel-tool", format!("{tool} is started with omiscope"))
    } else {
        let what = format!("{tool} is to be started with omiscope, but is not installed");
        Finding::fail("tunnel-tool", what, tool.hint())
    }
}

fn told(found: &Found, tool: Option<Tool>, local: &WebhookUrl) -> Vec<Finding> {
    let Found { runs, link } = found;
    let advice = link.advice.iter().cloned().map(Finding::from);
    let Some(Tunnel { provider, url }) = &link.tunnel else {
        let none = match (tool, runs) {
            (Some(tool), true) => Finding::warn(
                "tunnel-none",
                format!("none leads here yet, though {tool} was to be started"),
                "see the log of omiscope for what it says, or the card, i",
            ),
            (Some(_), false) => Finding::ok("tunnel-none", "none leads here before the start"),
            (None, _) => Finding::note(
                "tunnel-none",
                "none leads here",
                format!(
                    "start `{}`, or a tunnel beside it, e.g. `{}`, unless Omi's servers reach this machine in another way",
                    offer::WITH_OMISCOPE,
                    offer::beside(local)[0]
                ),
            ),
        };
        return advice.chain([none]).collect();
    };
    let leads = format!("{provider} leads here, from {url}");
    let tunnel = match link.answered {
        Some(after) => format!("{leads}; a ping took {} ms", after.as_millis()),
        None if *runs => leads,
        None => format!("{leads}; it is tried with a ping once omiscope runs"),
    };
    [Finding::ok("tunnel", tunnel)]
        .into_iter()
        .chain(advice)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        advice::{Advice, Severity},
        tunnel::{Link, Provider},
    };

    #[test]
    fn a_tunnel_that_leads_elsewhere_is_told_before_what_to_do() {
        let elsewhere = Advice::note("tunnel-elsewhere", "ngrok runs, but leads to port 80", "");
        let codes =
            |findings: &[Finding]| -> Vec<_> { findings.iter().map(Finding::code).collect() };
        let found = |link| Found { runs: true, link };
        let local = WebhookUrl::local("127.0.0.1:32768".parse().unwrap());
        let none = Link {
            advice: vec![elsewhere],
            ..Link::default()
        };
        let findings = told(&found(none.clone()), None, &local);
        assert_eq!(codes(&findings), ["tunnel-elsewhere", "tunnel-none"]);
        assert!(
            findings[1]
                .remedy()
                .unwrap()
                .starts_with("start `omiscope --tunnel cloudflared`, or"),
            "{findings:?}"
        );
        let findings = told(&found(none), Some(Tool::Ngrok), &local);
        assert_eq!(findings[1].severity(), Some(Severity::Warning));
        let tunnel = Tunnel {
            provider: Provider::Ngrok,
            url: WebhookUrl::parse("https://a.ngrok.app/webhook").unwrap(),
        };
        let here = Link {
            tunnel: Some(tunnel),
            ..Link::default()
        };
        let reached = here.clone().probed(Ok(Duration::from_millis(120)));
        let texts = |link| told(&found(link), None, &local)[0].found().to_owned();
        let leads = "ngrok leads here, from https://a.ngrok.app/webhook";
        assert_eq!(texts(here), leads);
        assert_eq!(texts(reached), format!("{leads}; a ping took 120 ms"));
    }
}
