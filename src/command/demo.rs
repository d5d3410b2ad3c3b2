//! `omiscope demo`: the dashboard with a simulated wearer; a listener on a free loopback port, a store in a folder that goes
//! when it ends, and real HTTP between.

use std::{collections::HashSet, net::Ipv4Addr};

use super::{
    listener::Listening,
    on_runtime,
    watch::{self, Face},
};
use crate::{
    cli::Script,
    config::{Config, Flags},
    logging::{self, Destination},
    losses::LossCounter,
    secret::Secret,
    shutdown,
    signature::Policy,
    simulate::{DEMO_UID, Wearer},
    store::retention::Retention,
    ui::terminal,
    webhook_url::WebhookUrl,
};

/// Of the settings only the looks are used.
pub(super) fn run(flags: &Flags, script: Script) -> anyhow::Result<()> {
    let looks = Config::load(flags)?;
    watch::require_terminal(&looks)?;
    let _log = logging::start(
        Destination::Nowhere,
        looks.log_level,
        LossCounter::default(),
    )?;
    let face = Face::of(&looks).without_connecting();
    // In memory, no sound could be kept; but better a demo without that than none.
    let folder = tempfile::Builder::new().prefix("omiscope-demo-").tempdir();
    let data_dir = folder.as_ref().map(|folder| folder.path().to_owned());
    let config = Config {
        host: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        webhook_secret: Some(Secret::generate()?),
        webhook_secret_old: None,
        signing_secrets: Vec::new(),
        signature: Policy::Off,
        ephemeral: data_dir.is_err(),
        data_dir: data_dir.unwrap_or_default(),
        allowed_uids: HashSet::new(),
        retention: Retention::default(),
        // What is heard is made up; nobody should be told of it.
        rules: Vec::new(),
        ..looks
    };
    on_runtime(async {
        let shutdown = shutdown::on_signals(terminal::restore)?;
        let listening = Listening::start(&config, shutdown.clone(), LossCounter::default()).await?;
        let wearer = Wearer {
            target: WebhookUrl::local(listening.address).with_key(listening.keys.get().current()),
            uid: DEMO_UID.to_owned(),
            speed: script.speed,
            seed: script.seed,
        };
        let wearer = tokio::spawn(wearer.run(shutdown.clone()));
        let shown = watch::show(
            &config,
            face,
            &listening,
            watch::exports_here(),
            shutdown.clone(),
        )
        .await;
        listening.end(&shutdown).await?;
        shown?;
        Ok(wearer.await??)
    })
}
