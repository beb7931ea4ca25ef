-- reads: visits, listings
-- Every version of every app in every market: since when, until when, and as it was described last. ``gone_at`` is the
-- first visit after the last one that showed it. Where a market gives neither a version code nor a hash (Apple's does
-- not), the version's name tells one version from the next.
WITH named AS (
    SELECT
        listings.*, visits.at AS visited,
        CASE
            WHEN listings.version_code IS NULL AND listings.package_sha256 IS NULL THEN listings.version_name
        END AS told_by
    FROM listings JOIN visits ON visits.market = listings.market AND visits.visit = listings.visit
),
shown AS (
    SELECT
        named.*,
        ROW_NUMBER() OVER (
            PARTITION BY named.market, named.app, named.version_code, named.package_sha256, named.told_by
            ORDER BY named.visited DESC, named.visit DESC
        ) AS age,
        MIN(named.visited) OVER (
            PARTITION BY named.market, named.app, named.version_code, named.package_sha256, named.told_by
        ) AS first_seen
    FROM named
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
    last_shown.capture, last_shown.store_id, last_shown.store_url, last_shown.developer_id, last_shown.rating,
    last_shown.rating_count, last_shown.review_count, last_shown.downloads, last_shown.icp_number,
    last_shown.package_md5, last_shown.signer_sha1, last_shown.signer_md5, last_shown.package_bytes_rounded,
    last_shown.first_seen, last_shown.visited AS last_seen, missed.gone_at
FROM last_shown LEFT JOIN missed ON missed.market = last_shown.market AND missed.visited = last_shown.visited
ORDER BY
    last_shown.market, last_shown.app, last_shown.version_code NULLS LAST, last_shown.package_sha256 NULLS LAST,
    last_shown.first_seen, last_shown.version_name NULLS LAST
