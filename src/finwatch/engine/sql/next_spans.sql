-- reads: spans, listings, rounds
-- What a round of visits ($round) says anew: a row for each version that came, came back, is described otherwise or is
-- gone, one row a change. Where a market gives neither a version code nor a hash, the version's name tells one version
-- from the next. Of several rows that a visit has for a version, the first in a fixed order describes it.
WITH turn AS (
    SELECT market, visit, rounds.at AS at, epoch, previous_at FROM rounds WHERE round = $round
),
newest AS (
    SELECT spans.span, MAX(spans.round) AS round
    FROM spans JOIN turn ON turn.market = spans.market AND turn.epoch = spans.epoch
    WHERE spans.round < $round
    GROUP BY spans.span
),
held AS (
    SELECT spans.* FROM spans JOIN newest ON newest.span = spans.span AND newest.round = spans.round
),
named AS (
    SELECT
        listings.*, turn.at AS visited, turn.epoch AS epoch,
        listings.market || '/' || listings.app || '/' || COALESCE(CAST(version_code AS STRING), '') || '/' || COALESCE(
            package_sha256, CASE WHEN version_code IS NULL THEN version_name END, ''
        ) AS span
    FROM listings JOIN turn ON turn.market = listings.market AND turn.visit = listings.visit
),
several AS (
    SELECT span FROM named GROUP BY span HAVING COUNT(*) > 1
),
placed AS (
    SELECT
        named.*,
        ROW_NUMBER() OVER (
            PARTITION BY named.span
            ORDER BY
                seen DESC, names NULLS LAST, developer NULLS LAST, version_name NULLS LAST, package_url NULLS LAST,
                capture NULLS LAST, summaries NULLS LAST, package_bytes NULLS LAST, icon_url NULLS LAST,
                website NULLS LAST, policy_url NULLS LAST, published NULLS LAST, categories NULLS LAST,
                signer_sha256 NULLS LAST, permissions NULLS LAST, store_id NULLS LAST, store_url NULLS LAST,
                developer_id NULLS LAST, rating NULLS LAST, rating_count NULLS LAST, review_count NULLS LAST,
                downloads NULLS LAST, icp_number NULLS LAST, package_md5 NULLS LAST, signer_sha1 NULLS LAST,
                signer_md5 NULLS LAST, package_bytes_rounded NULLS LAST
        ) AS place
    FROM named JOIN several ON several.span = named.span
),
shown AS (
    SELECT named.*, 1 AS place FROM named LEFT JOIN several ON several.span = named.span WHERE several.span IS NULL
    UNION ALL
    SELECT * FROM placed WHERE place = 1
)
SELECT
    $round AS round, shown.epoch, shown.span, shown.market, shown.visit, shown.app, shown.names, shown.summaries,
    shown.developer, shown.categories, shown.version_name, shown.version_code, shown.package_url, shown.package_sha256,
    shown.package_bytes, shown.signer_sha256, shown.permissions, shown.icon_url, shown.website, shown.policy_url,
    shown.published, shown.seen, shown.capture, shown.store_id, shown.store_url, shown.developer_id, shown.rating,
    shown.rating_count, shown.review_count, shown.downloads, shown.icp_number, shown.package_md5, shown.signer_sha1,
    shown.signer_md5, shown.package_bytes_rounded,
    COALESCE(held.first_seen, shown.visited) AS first_seen, NULL AS last_seen, NULL AS gone_at
FROM shown LEFT JOIN held ON held.span = shown.span
WHERE held.span IS NULL
    OR held.gone_at IS NOT NULL
    OR held.names IS DISTINCT FROM shown.names
    OR held.summaries IS DISTINCT FROM shown.summaries
    OR held.developer IS DISTINCT FROM shown.developer
    OR held.categories IS DISTINCT FROM shown.categories
    OR held.version_name IS DISTINCT FROM shown.version_name
    OR held.package_url IS DISTINCT FROM shown.package_url
    OR held.package_bytes IS DISTINCT FROM shown.package_bytes
    OR held.signer_sha256 IS DISTINCT FROM shown.signer_sha256
    OR held.permissions IS DISTINCT FROM shown.permissions
    OR held.icon_url IS DISTINCT FROM shown.icon_url
    OR held.website IS DISTINCT FROM shown.website
    OR held.policy_url IS DISTINCT FROM shown.policy_url
    OR held.published IS DISTINCT FROM shown.published
    OR held.store_id IS DISTINCT FROM shown.store_id
    OR held.store_url IS DISTINCT FROM shown.store_url
    OR held.developer_id IS DISTINCT FROM shown.developer_id
    OR held.rating IS DISTINCT FROM shown.rating
    OR held.rating_count IS DISTINCT FROM shown.rating_count
    OR held.review_count IS DISTINCT FROM shown.review_count
    OR held.downloads IS DISTINCT FROM shown.downloads
    OR held.icp_number IS DISTINCT FROM shown.icp_number
    OR held.package_md5 IS DISTINCT FROM shown.package_md5
    OR held.signer_sha1 IS DISTINCT FROM shown.signer_sha1
    OR held.signer_md5 IS DISTINCT FROM shown.signer_md5
    OR held.package_bytes_rounded IS DISTINCT FROM shown.package_bytes_rounded
UNION ALL
SELECT
    $round AS round, held.epoch, held.span, held.market, turn.visit, held.app, held.names, held.summaries,
    held.developer, held.categories, held.version_name, held.version_code, held.package_url, held.package_sha256,
    held.package_bytes, held.signer_sha256, held.permissions, held.icon_url, held.website, held.policy_url,
    held.published, held.seen, held.capture, held.store_id, held.store_url, held.developer_id, held.rating,
    held.rating_count, held.review_count, held.downloads, held.icp_number, held.package_md5, held.signer_sha1,
    held.signer_md5, held.package_bytes_rounded,
    held.first_seen, turn.previous_at AS last_seen, turn.at AS gone_at
FROM held
JOIN turn ON turn.market = held.market
LEFT JOIN shown ON shown.span = held.span
WHERE shown.span IS NULL AND held.gone_at IS NULL
ORDER BY market, span
