//! How a tunnel is had where none leads here: one that starts with omiscope, or one beside it.

use crate::webhook_url::WebhookUrl;

/// Starts omiscope with a tunnel for which nobody needs an account.
pub(crate) const WITH_OMISCOPE: &str = "omiscope --tunnel cloudflared";

/// Commands that make a tunnel to an omiscope that runs, each a way of its own.
pub(crate) fn beside(local: &WebhookUrl) -> [String; 3] {
    let origin = local.origin();
    let port = origin.rsplit(':').next().unwrap_or_default();
    [
        format!("cloudflared tunnel --url {origin}"),
        format!("ngrok http {port}"),
        format!("tailscale funnel --bg {port}"),
    ]
}
