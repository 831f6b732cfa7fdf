//! Knows hosts that do not identify a single company: sites with pages of many companies, mail services,
//! and services that only host the content of others. This module must not read an address.

mod mail;

use std::{collections::HashSet, sync::LazyLock};

pub(super) use mail::is_mail_service;

/// Hosts whose pages belong to other companies, including subdomains.
///
/// Sites that give each customer a subdomain (`acme.wordpress.com`) are not listed, because there the host
/// identifies the customer.
const HOSTS: &[&str] = &[
    // Social networks and messengers.
    "facebook.com",
    "fb.com",
    "fb.me",
    "instagram.com",
    "linkedin.com",
    "twitter.com",
    "x.com",
    "threads.net",
    "threads.com",
    "bsky.app",
    "mastodon.social",
    "tiktok.com",
    "youtube.com",
    "youtu.be",
    "vimeo.com",
    "twitch.tv",
    "pinterest.com",
    "reddit.com",
    "quora.com",
    "snapchat.com",
    "discord.com",
    "discord.gg",
    "t.me",
    "telegram.me",
    "wa.me",
    "whatsapp.com",
    "line.me",
    "weibo.com",
    "vk.com",
    "xing.com",
    "viadeo.com",
    "tumblr.com",
    "flickr.com",
    "behance.net",
    "dribbble.com",
    "soundcloud.com",
    "nextdoor.com",
    "rumble.com",
    "ok.ru",
    // Pages, documents and code that anyone can publish.
    "g.page",
    "g.co",
    "forms.gle",
    "notion.site",
    "notion.so",
    "medium.com",
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "huggingface.co",
    "npmjs.com",
    "pypi.org",
    "linktr.ee",
    "about.me",
    "beacons.ai",
    "bio.link",
    "calendly.com",
    "patreon.com",
    "kickstarter.com",
    "gofundme.com",
    "eventbrite.com",
    "slideshare.net",
    "issuu.com",
    "scribd.com",
    "airtable.com",
    "canva.com",
    "gumroad.com",
    "wetransfer.com",
    "jobs.lever.co",
    "boards.greenhouse.io",
    "apply.workable.com",
    "jobs.ashbyhq.com",
    "meetup.com",
    "dropbox.com",
    "archive.org",
    "archive.ph",
    "archive.is",
    // Link shorteners.
    "bit.ly",
    "goo.gl",
    "tinyurl.com",
    "t.co",
    "lnkd.in",
    "ow.ly",
    "buff.ly",
    "is.gd",
    "cutt.ly",
    "rebrand.ly",
    "rb.gy",
    // Directories, encyclopedias and reviews.
    "wikipedia.org",
    "wikidata.org",
    "crunchbase.com",
    "pitchbook.com",
    "zoominfo.com",
    "apollo.io",
    "owler.com",
    "glassdoor.com",
    "indeed.com",
    "angel.co",
    "wellfound.com",
    "producthunt.com",
    "g2.com",
    "capterra.com",
    "trustpilot.com",
    "opencorporates.com",
    "yellowpages.com",
    "bbb.org",
    "yelp.com",
    "tripadvisor.com",
    "bloomberg.com",
    "clutch.co",
    "upwork.com",
    "fiverr.com",
    "dnb.com",
    "kompass.com",
    "manta.com",
    "northdata.com",
    "northdata.de",
    "rocketreach.co",
    "signalhire.com",
    // Shops and application stores.
    "etsy.com",
    "apps.apple.com",
    "itunes.apple.com",
    "podcasts.apple.com",
    "open.spotify.com",
];

/// Sites of the same name under many top-level domains.
const NAMES: [&str; 3] = ["amazon", "ebay", "google"];

/// Hosts that identify no company at all: link shorteners, file storage, application stores, sign-in pages.
/// They are refused even without a page, including subdomains.
const NO_COMPANY: &[&str] = &[
    // Link shorteners.
    "bit.ly",
    "goo.gl",
    "g.co",
    "g.page",
    "t.co",
    "tinyurl.com",
    "lnkd.in",
    "ow.ly",
    "buff.ly",
    "is.gd",
    "cutt.ly",
    "rebrand.ly",
    "rb.gy",
    "t.ly",
    "shorturl.at",
    "tiny.cc",
    "fb.me",
    "youtu.be",
    "amzn.to",
    "wa.me",
    "forms.gle",
    "maps.app.goo.gl",
    // Documents, files and forms.
    "docs.google.com",
    "drive.google.com",
    "sites.google.com",
    "forms.google.com",
    "maps.google.com",
    "calendar.google.com",
    "meet.google.com",
    "accounts.google.com",
    "googleusercontent.com",
    "googleapis.com",
    "gstatic.com",
    "onedrive.live.com",
    "1drv.ms",
    "forms.office.com",
    "forms.microsoft.com",
    "teams.microsoft.com",
    "login.microsoftonline.com",
    "safelinks.protection.outlook.com",
    "amazonaws.com",
    "cloudfront.net",
    "akamaihd.net",
    "fbcdn.net",
    "licdn.com",
    "twimg.com",
    "ytimg.com",
    "gravatar.com",
    // Application stores.
    "apps.apple.com",
    "itunes.apple.com",
    "play.google.com",
    "chromewebstore.google.com",
    "apps.microsoft.com",
    // Archived copies of pages.
    "archive.org",
    "archive.ph",
    "archive.is",
    "translate.goog",
];

/// Hosts under which each customer has a subdomain. The subdomain identifies the customer; the host alone
/// identifies no company.
const ROOTS: &[&str] = &[
    "github.io",
    "gitlab.io",
    "blogspot.com",
    "wixsite.com",
    "wixstudio.io",
    "editorx.io",
    "godaddysites.com",
    "business.site",
    "carrd.co",
    "webflow.io",
    "framer.website",
    "framer.app",
    "framer.ai",
    "notion.site",
    "ghost.io",
    "netlify.app",
    "vercel.app",
    "pages.dev",
    "workers.dev",
    "web.app",
    "firebaseapp.com",
    "herokuapp.com",
    "onrender.com",
    "azurewebsites.net",
    "myshopify.com",
    "sharepoint.com",
    "onmicrosoft.com",
    "mystrikingly.com",
    "weeblysite.com",
    "square.site",
];

/// Whether many companies have pages on `host`, which is in normal form.
pub(super) fn is_shared(host: &str) -> bool {
    static SITES: LazyLock<HashSet<&str>> = LazyLock::new(|| HOSTS.iter().copied().collect());
    is_on_one_of(host, &SITES) || NAMES.contains(&registrable_label(host))
}

/// Whether `host`, which is in normal form, identifies no company.
pub(super) fn identifies_no_company(host: &str) -> bool {
    static SITES: LazyLock<HashSet<&str>> = LazyLock::new(|| NO_COMPANY.iter().copied().collect());
    ROOTS.contains(&host) || is_on_one_of(host, &SITES)
}

/// Whether `host` is one of the sites or a subdomain of one. Every site contains a dot.
fn is_on_one_of(host: &str, sites: &HashSet<&str>) -> bool {
    with_parents(host).any(|name| sites.contains(name))
}

/// The host and its parent names that contain a dot: `www.acme.co.uk`, `acme.co.uk`, `co.uk`.
fn with_parents(host: &str) -> impl Iterator<Item = &str> {
    let names = std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, parent)| parent));
    names.filter(|name| name.contains('.'))
}

/// The label of the registered name: `amazon` of `www.amazon.co.uk`.
fn registrable_label(host: &str) -> &str {
    let mut labels = host.rsplit('.').skip(1);
    match labels.next() {
        Some("co" | "com" | "net" | "org" | "ne" | "or") => labels.next().unwrap_or_default(),
        label => label.unwrap_or_default(),
    }
}
