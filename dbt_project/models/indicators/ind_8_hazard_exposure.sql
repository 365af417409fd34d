-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Hazard exposure, which
-- the guide prints and does not count.
{{ category_indicators(8) }}
