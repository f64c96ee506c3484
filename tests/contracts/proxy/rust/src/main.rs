//! Uses the whole of the client for Rust, and says what came of it: `witness SERVER UPSTREAM`.

use serde_json::{json, Value};
use std::net::TcpStream;
use toxiproxy_rust::client::Client;
use toxiproxy_rust::proxy::{Proxy, ProxyPack};

fn toxics(proxy: &Proxy) -> Value {
    json!(proxy.toxics().expect("its toxics"))
}

fn open(proxy: &Proxy) -> bool {
    TcpStream::connect(&proxy.proxy_pack.listen).is_ok()
}

fn main() {
    let mut words = std::env::args().skip(1);
    let (server, upstream) = (words.next().unwrap(), words.next().unwrap());
    let client = Client::new(server.as_str());
    let pack = ProxyPack::new("p".into(), "127.0.0.1:0".into(), upstream);
    let populated = client.populate(vec![pack]).expect("populated");
    let proxy = client.find_proxy("p").expect("the proxy");
    let mut said = vec![
        json!(["running", client.is_running()]),
        json!(["version", client.version().unwrap().contains("2.12.0")]),
        json!(["populated", populated.len()]),
        json!(["all", client.all().unwrap().keys().collect::<Vec<_>>()]),
        json!(["missing", client.find_proxy("q").is_err()]),
        json!(["open", open(&proxy)]),
    ];
    proxy
        .with_latency("downstream".into(), 5, 3, 0.5)
        .with_bandwidth("upstream".into(), 100, 1.0)
        .with_slow_close("downstream".into(), 7, 1.0)
        .with_timeout("upstream".into(), 9, 0.0)
        .with_slicer("downstream".into(), 10, 20, 30, 1.0)
        .with_limit_data("upstream".into(), 1000, 1.0);
    said.push(json!(["toxics", toxics(&proxy)]));
    proxy.apply(|| ()).expect("applied");
    said.push(json!(["applied", toxics(&proxy)]));
    let mut down = true;
    proxy.with_down(|| down = open(&proxy)).expect("down");
    said.push(json!(["down", down]));
    said.push(json!(["up", open(&proxy)]));
    proxy.with_latency("downstream".into(), 5, 0, 1.0);
    client.find_and_reset_proxy("p").expect("reset");
    said.push(json!(["found and reset", toxics(&proxy)]));
    proxy.disable().expect("disabled");
    said.push(json!(["disabled", open(&proxy)]));
    client.reset().expect("all reset");
    said.push(json!(["reset", open(&proxy)]));
    proxy.enable().expect("enabled");
    proxy.delete().expect("deleted");
    said.push(json!(["deleted", client.all().unwrap().len()]));
    println!("{}", Value::from(said));
}
