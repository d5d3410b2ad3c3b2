//! The real binary when the system gives it no more files.

use std::process::Command;

use tokio::net::TcpStream;

use super::{Client, PATIENCE, timeout};
use crate::{
    program::{KEY, clean_environment},
    serving::Serving,
};

/// Enough for the program itself and a few connections.
const FILES: usize = 64;

#[tokio::test]
async fn the_listener_outlives_a_lack_of_files_and_counts_what_it_could_not_accept() {
    let home = tempfile::tempdir().unwrap();
    let limited = format!("ulimit -n {FILES} && exec \"$0\" serve --port 0");
    let serve = Serving::start(
        Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_omiscope")])
            .env_clear()
            .envs(clean_environment(home.path()))
            .current_dir(home.path()),
    );
    let mut watcher = Client::connect(serve.address).await;
    assert_eq!(connections_lost(&mut watcher).await, 0);

    let mut crowd = Vec::new();
    for _ in 0..FILES {
        crowd.push(TcpStream::connect(serve.address).await.unwrap());
    }
    let lack = async { while connections_lost(&mut watcher).await == 0 {} };
    timeout(PATIENCE, lack).await.expect("the lack is counted");

    drop(crowd);
    let mut newcomer = Client::connect(serve.address).await;
    newcomer.request("GET", "/healthz", &[], "").await;
    assert_eq!(newcomer.answer().await.body, "ok");
    serve.kill();
}

async fn connections_lost(client: &mut Client) -> u64 {
    let bearer = format!("Authorization: Bearer {KEY}");
    client.request("GET", "/metrics", &[&bearer], "").await;
    let metrics = client.answer().await.body;
    let name = "omiscope_losses_total{cause=\"connections_lost\"} ";
    let value = metrics.lines().find_map(|line| line.strip_prefix(name));
    value.unwrap().parse().unwrap()
}
