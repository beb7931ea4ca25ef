-- reads: spans, rounds
-- given: apps, hashes
-- Of some apps and packages: every version in every market, since when, until when, and as it was described last.
-- ``last_seen`` is empty as long as the newest visit to the market shows it: then that visit is meant.
WITH valid AS (
    SELECT market, MAX(epoch) AS epoch FROM rounds GROUP BY market
),
asked AS (
    SELECT spans.*
    FROM spans JOIN valid ON valid.market = spans.market AND valid.epoch = spans.epoch
    WHERE spans.app IN (SELECT value FROM apps) OR spans.package_sha256 IN (SELECT value FROM hashes)
),
newest AS (
    SELECT span, MAX(round) AS round FROM asked GROUP BY span
)
SELECT
    asked.market, asked.app, asked.names, asked.summaries, asked.developer, asked.categories, asked.version_name,
    asked.version_code, asked.package_url, asked.package_sha256, asked.package_bytes, asked.signer_sha256,
    asked.permissions, asked.icon_url, asked.website, asked.policy_url, asked.published, asked.seen, asked.capture,
    asked.store_id, asked.store_url, asked.developer_id, asked.rating, asked.rating_count, asked.review_count,
    asked.downloads, asked.icp_number, asked.package_md5, asked.signer_sha1, asked.signer_md5,
    asked.package_bytes_rounded, asked.first_seen, asked.last_seen, asked.gone_at
FROM asked JOIN newest ON newest.span = asked.span AND newest.round = asked.round
ORDER BY
    asked.market, asked.app, asked.version_code NULLS LAST, asked.package_sha256 NULLS LAST, asked.first_seen,
    asked.version_name NULLS LAST, asked.span
