mod bench;
mod modes;
