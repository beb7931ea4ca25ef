-- reads: policies
-- given: urls
-- The newest privacy policy that was fetched from each address, with its text. The rest of the order only sees to it that
-- the same rows give the same answer.
SELECT
    url, sha256, seen, text, document, error
FROM (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY url
            ORDER BY seen DESC, sha256, market, app NULLS LAST, capture NULLS LAST
        ) AS age
    FROM policies
    WHERE url IN (SELECT value FROM urls)
) AS dated
WHERE age = 1
ORDER BY url
