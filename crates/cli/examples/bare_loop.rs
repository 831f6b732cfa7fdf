//! What a plain script would do: one request for each row, several at once, and the table at the end.
//!
//! `cargo xtask bench` measures marl against this program. It has no ledger, no retry, no plan and no checks,
//! and keeps all rows in memory; it must stay this plain.
//!
//! Usage: `bare_loop INPUT OUTPUT PARALLEL URL`

use std::{env, error::Error};

use csv::StringRecord;
use futures::{StreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};

type Failure = Box<dyn Error + Send + Sync>;

const OUTPUTS: [&str; 4] = ["headline", "current_company", "location", "follower_count"];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [input, output, parallel, url] = args.as_slice() else {
        return Err("usage: bare_loop INPUT OUTPUT PARALLEL URL".into());
    };
    let mut reader = csv::Reader::from_path(input)?;
    let mut header = reader.headers()?.clone();
    let column = header.iter().position(|name| name == "linkedin_url").ok_or("no column `linkedin_url`")?;
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;

    let client = client()?;
    let (client, url) = (&client, format!("{url}/api/tools/execute"));
    let enriched = rows.into_iter().enumerate().map(|(at, row)| {
        let url = &url;
        async move {
            let cells = ask(client, url, row.get(column).unwrap_or_default()).await?;
            Ok::<_, Failure>((at, row, cells))
        }
    });
    let mut done: Vec<_> = stream::iter(enriched).buffer_unordered(parallel.parse()?).collect().await;
    done.sort_by_key(|row| row.as_ref().map_or(0, |(at, _, _)| *at));

    let mut writer = csv::Writer::from_path(output)?;
    header.extend(OUTPUTS);
    writer.write_record(&header)?;
    for row in done {
        let (_, row, cells) = row?;
        let record: StringRecord = row.iter().chain(cells.iter().map(String::as_str)).collect();
        writer.write_record(&record)?;
    }
    writer.flush()?;
    Ok(())
}

/// A client for a sandbox on this machine: no proxy, no root certificates.
fn client() -> Result<Client, Failure> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a TLS provider is installed already")?;
    Ok(Client::builder().no_proxy().tls_certs_only([]).http1_only().build()?)
}

async fn ask(client: &Client, url: &str, profile: &str) -> Result<[String; 4], Failure> {
    let body = json!({
        "tool_alias_name": "get_linkedin_person_data",
        "parameters": {"linkedin_url": profile},
    });
    let request = client.post(url).header("X-API-Key", "sandbox").header("Content-Type", "application/json");
    let reply: Value = serde_json::from_slice(&request.body(body.to_string()).send().await?.bytes().await?)?;
    let person = &reply["data"]["result"]["person"];
    let text = |value: &Value| value.as_str().map_or_else(String::new, str::to_owned);
    Ok([
        text(&person["headline"]),
        text(&person["positions"]["positionHistory"][0]["companyName"]),
        text(&person["location"]),
        person["followerCount"].as_u64().map_or_else(String::new, |count| count.to_string()),
    ])
}
