-- reads: events, rounds
-- given: apps
-- The events of some package names in all markets, oldest first.
SELECT
    events.market, events.app, events.kind, events.at AS at, events.version_code, events.before, events.after,
    events.capture
FROM events
JOIN (SELECT market, MAX(epoch) AS epoch FROM rounds GROUP BY market) AS valid
    ON valid.market = events.market AND valid.epoch = events.epoch
WHERE events.app IN (SELECT value FROM apps)
ORDER BY
    events.market, events.app, events.at, events.kind, events.version_code NULLS LAST, events.before NULLS LAST,
    events.after NULLS LAST, events.capture NULLS LAST
