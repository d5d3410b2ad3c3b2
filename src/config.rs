//! One resolved [`Config`](struct.Config.html): flags > environment > `.env` > `config.toml` > defaults.
