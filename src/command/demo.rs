//! The dashboard with a simulated wearer: a listener on a free loopback port, a store in memory, and real HTTP between.

use std::net::Ipv4Addr;

use crate::{
    cli::Pace,
    command::{listening::Listening, runtime, watch},
    config::Config,
    secret::Secret,
    shutdown,
    simulate::{DEMO_UID, Target, Wearer},
};

/// Runs the demo until the user quits. Of the settings only the looks are used.
pub(super) fn run(config: Config, pace: Pace) -> anyhow::Result<()> {
    watch::must_be_terminal()?;
    let theme = config.theme.resolve();
    let config = Config {
        host: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        secret: Some(Secret::generate()?),
        ephemeral: true,
        allowed_uids: std::collections::HashSet::new(),
        ..config
    };
    runtime()?.block_on(async {
        let shutdown = shutdown::on_signal()?;
        let listening = Listening::start(&config, shutdown.clone()).await?;
        let url = format!(
            "http://{}/webhook?key={}",
            listening.address,
            listening.secret.reveal()
        );
        let target = Target::parse(&url, DEMO_UID)?;
        let wearer = Wearer {
            target,
            uid: DEMO_UID.to_owned(),
            speed: pace.speed,
            seed: pace.seed,
        };
        let wearer = tokio::spawn(wearer.run(shutdown.clone()));
        let shown = watch::show(&config, theme, &listening, shutdown.clone()).await;
        shutdown.cancel();
        let lived = wearer.await?;
        listening.finish().await?;
        shown?;
        Ok(lived?)
    })
}
