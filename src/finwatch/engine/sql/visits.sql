-- reads: visits
-- Visits, oldest first in each market.
SELECT market, visit, visits.at AS at, capture FROM visits ORDER BY market, visits.at, visit
