//! Sites on which many companies have a page: a page there does not lead to its owner.

/// Hosts whose pages belong to others than the host's owner; their subdomains included.
///
/// Sites that give each customer a subdomain (`acme.wordpress.com`) are not listed: there
/// the host names the customer.
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
    // Pages, documents and code that anyone may put up.
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
    "meetup.com",
    "dropbox.com",
    "archive.org",
    "archive.ph",
    "archive.is",
    // Short addresses.
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
    // Shops and application stores.
    "etsy.com",
    "apps.apple.com",
    "itunes.apple.com",
    "podcasts.apple.com",
    "open.spotify.com",
];

/// Sites that are the same under many top-level domains.
const NAMES: [&str; 3] = ["amazon", "ebay", "google"];

/// Whether many companies have pages under `host`, which is in normal form.
pub(super) fn is_shared(host: &str) -> bool {
    let on =
        |site: &&str| host.strip_suffix(*site).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    HOSTS.iter().any(on) || NAMES.contains(&registrable_label(host))
}

/// `amazon` of `www.amazon.co.uk`.
fn registrable_label(host: &str) -> &str {
    let mut labels = host.rsplit('.').skip(1);
    match labels.next() {
        Some("co" | "com") => labels.next().unwrap_or_default(),
        label => label.unwrap_or_default(),
    }
}
