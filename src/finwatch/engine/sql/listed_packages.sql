-- reads: listings
-- given: hashes
-- For some packages, the listing that describes each: the newest, by market where two are as new. The rest of the order
-- only sees to it that the same rows give the same answer.
SELECT
    market, app, names, summaries, developer, categories, version_name, version_code, package_url, package_sha256,
    package_bytes, signer_sha256, permissions, icon_url, website, policy_url, published, seen, capture
FROM (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY package_sha256
            ORDER BY
                seen DESC, market, app, version_code NULLS LAST, visit DESC, names NULLS LAST, developer NULLS LAST,
                version_name NULLS LAST, package_url NULLS LAST, capture NULLS LAST, summaries NULLS LAST,
                package_bytes NULLS LAST, icon_url NULLS LAST, website NULLS LAST, policy_url NULLS LAST,
                published NULLS LAST, categories NULLS LAST, signer_sha256 NULLS LAST, permissions NULLS LAST
        ) AS age
    FROM listings
    WHERE package_sha256 IN (SELECT value FROM hashes)
) AS dated
WHERE age = 1
ORDER BY package_sha256
