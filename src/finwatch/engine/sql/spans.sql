-- reads: visits, listings
-- Every version of every app in every market: since when, until when, and as it was described last. ``gone_at`` is the
-- first visit after the last one that showed it.
WITH shown AS (
    SELECT
        listings.*, visits.at AS visited,
        ROW_NUMBER() OVER (
            PARTITION BY listings.market, listings.app, listings.version_code, listings.package_sha256
            ORDER BY visits.at DESC, listings.visit DESC
        ) AS age,
        MIN(visits.at) OVER (
            PARTITION BY listings.market, listings.app, listings.version_code, listings.package_sha256
        ) AS first_seen
    FROM listings JOIN visits ON visits.market = listings.market AND visits.visit = listings.visit
),
last_shown AS (
    SELECT * FROM shown WHERE age = 1
),
missed AS (
    SELECT last_shown.market, last_shown.visited, MIN(visits.at) AS gone_at
    FROM (SELECT DISTINCT market, visited FROM last_shown) AS last_shown
    JOIN visits ON visits.market = last_shown.market AND visits.at > last_shown.visited
    GROUP BY last_shown.market, last_shown.visited
)
SELECT
    last_shown.market, last_shown.app, last_shown.names, last_shown.summaries, last_shown.developer,
    last_shown.categories, last_shown.version_name, last_shown.version_code, last_shown.package_url,
    last_shown.package_sha256, last_shown.package_bytes, last_shown.signer_sha256, last_shown.permissions,
    last_shown.icon_url, last_shown.website, last_shown.policy_url, last_shown.published, last_shown.seen,
    last_shown.capture,
    last_shown.first_seen, last_shown.visited AS last_seen, missed.gone_at
FROM last_shown LEFT JOIN missed ON missed.market = last_shown.market AND missed.visited = last_shown.visited
ORDER BY last_shown.market, last_shown.app, last_shown.version_code, last_shown.package_sha256
