//! The address: is it free, or who has it? A running omiscope is asked whether it is well.

use std::{net::TcpListener, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};

use super::{Finding, Setup, patience::finished, setup::FoundKey};
use crate::{
    outbound::{Answer, Outbound},
    ping,
    server::BindError,
    webhook_url::WebhookUrl,
};

/// Longest wait for each answer.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let address = setup.survey.config.address();
    let told = match TcpListener::bind(address) {
        Ok(_) if address.port() == 0 => Finding::warn(
            "port-changes",
            "port 0 stands for any free one, which is another at each start",
            "choose one with --port, for a tunnel must know it",
        ),
        Ok(_) => Finding::ok(
            "address-free",
            format!("{address} is free; no omiscope runs there"),
        ),
        Err(error) => match BindError::of(address, error) {
            in_use @ BindError::InUse(_) => holder(setup, &in_use),
            other => return vec![Finding::error("address", &other)],
        },
    };
    let is_reachable = !address.ip().to_canonical().is_loopback();
    let reachable = is_reachable.then(|| {
        Finding::note(
            "reachable",
            format!("other machines can reach {address}, and nothing is encrypted"),
            "put a proxy that speaks HTTPS before it",
        )
    });
    [told].into_iter().chain(reachable).collect()
}

/// Who has the address.
fn holder(setup: &Setup, in_use: &BindError) -> Finding {
    finished(ask(setup, in_use))
        .unwrap_or_else(|error| Finding::fail("address", error.to_string(), ""))
}

/// The key is told only to who greets as omiscope does.
async fn ask(setup: &Setup, in_use: &BindError) -> Finding {
    let url = WebhookUrl::local(setup.survey.config.address());
    let origin = url.origin();
    if !ping::is_greeted(&url, &Outbound::within(PATIENCE)).await {
        return Finding::error("port-taken", in_use);
    }
    let healthy = get(format!("{origin}/healthz")).await;
    if healthy.is_none_or(|answer| answer.status != StatusCode::OK) {
        return Finding::fail(
            "running-not-storing",
            format!("omiscope runs on {origin}, but cannot store what is delivered"),
            "is its disk full? See its log, then start it again",
        );
    }
    let Ok(Some(FoundKey { secret, .. })) = setup.key() else {
        return Finding::warn(
            "running-key-unknown",
            format!("omiscope runs on {origin}, but its key is unknown here"),
            "run doctor with the settings of the server: WEBHOOK_SECRET, or --data-dir",
        );
    };
    let key: String = form_urlencoded::byte_serialize(secret.reveal().as_bytes()).collect();
    let figures = get(format!("{origin}/metrics?key={key}")).await;
    match figures.map(|answer| answer.status) {
        Some(StatusCode::OK) => Finding::ok(
            "running",
            format!("omiscope runs on {origin}, is well and has this key"),
        ),
        Some(StatusCode::UNAUTHORIZED) => Finding::fail(
            "running-another-key",
            format!("omiscope runs on {origin}, but with another key"),
            "start it again if you changed the key, else run doctor with the settings of the server",
        ),
        status => Finding::warn(
            "running-silent",
            format!(
                "omiscope runs on {origin}, but told no figures ({})",
                status.map_or("no answer".to_owned(), |status| status.to_string())
            ),
            "see its log",
        ),
    }
}

async fn get(url: String) -> Option<Answer> {
    let request = Request::get(url).body(Full::<Bytes>::default()).ok()?;
    Outbound::within(PATIENCE).send(request).await.ok()
}
