-- reads: visits, listings
-- Every version of every app in every market: since when, until when, and as it was described last. ``gone_at`` is the
-- first visit after the last one that showed it. Where a market gives neither a version code nor a hash (Apple's does
-- not), the version's name tells one version from the next. Of several rows that the last visit has for a version, the
-- first in a fixed order describes it.
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
        market, app, version_code, package_sha256, told_by, MIN(visited) AS first_seen, MAX(visited) AS last_seen
    FROM named
    GROUP BY market, app, version_code, package_sha256, told_by
),
last_shown AS (
    SELECT
        named.*, shown.first_seen, shown.last_seen,
        ROW_NUMBER() OVER (
            PARTITION BY named.market, named.app, named.version_code, named.package_sha256, named.told_by
            ORDER BY
                named.visit DESC, named.seen DESC, named.names NULLS LAST, named.developer NULLS LAST,
                named.version_name NULLS LAST, named.package_url NULLS LAST, named.capture NULLS LAST,
                named.summaries NULLS LAST, named.package_bytes NULLS LAST, named.icon_url NULLS LAST,
                named.website NULLS LAST, named.policy_url NULLS LAST, named.published NULLS LAST,
                named.categories NULLS LAST, named.signer_sha256 NULLS LAST, named.permissions NULLS LAST,
                named.store_id NULLS LAST, named.store_url NULLS LAST, named.developer_id NULLS LAST,
                named.rating NULLS LAST, named.rating_count NULLS LAST, named.review_count NULLS LAST,
                named.downloads NULLS LAST, named.icp_number NULLS LAST, named.package_md5 NULLS LAST,
                named.signer_sha1 NULLS LAST, named.signer_md5 NULLS LAST, named.package_bytes_rounded NULLS LAST
        ) AS place
    FROM named
    JOIN shown
        ON shown.market = named.market AND shown.app = named.app AND shown.last_seen = named.visited
        AND shown.version_code IS NOT DISTINCT FROM named.version_code
        AND shown.package_sha256 IS NOT DISTINCT FROM named.package_sha256
        AND shown.told_by IS NOT DISTINCT FROM named.told_by
),
missed AS (
    SELECT ended.market, ended.last_seen, MIN(visits.at) AS gone_at
    FROM (SELECT DISTINCT market, last_seen FROM shown) AS ended
    JOIN visits ON visits.market = ended.market AND visits.at > ended.last_seen
    GROUP BY ended.market, ended.last_seen
)
SELECT
    last_shown.market, last_shown.app, last_shown.names, last_shown.summaries, last_shown.developer,
    last_shown.categories, last_shown.version_name, last_shown.version_code, last_shown.package_url,
    last_shown.package_sha256, last_shown.package_bytes, last_shown.signer_sha256, last_shown.permissions,
    last_shown.icon_url, last_shown.website, last_shown.policy_url, last_shown.published, last_shown.seen,
    last_shown.capture, last_shown.store_id, last_shown.store_url, last_shown.developer_id, last_shown.rating,
    last_shown.rating_count, last_shown.review_count, last_shown.downloads, last_shown.icp_number,
    last_shown.package_md5, last_shown.signer_sha1, last_shown.signer_md5, last_shown.package_bytes_rounded,
    last_shown.first_seen, last_shown.last_seen, missed.gone_at
FROM last_shown LEFT JOIN missed ON missed.market = last_shown.market AND missed.last_seen = last_shown.last_seen
WHERE last_shown.place = 1
ORDER BY
    last_shown.market, last_shown.app, last_shown.version_code NULLS LAST, last_shown.package_sha256 NULLS LAST,
    last_shown.first_seen, last_shown.version_name NULLS LAST
