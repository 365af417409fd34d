-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Provision of essential
-- services.
{{ category_indicators(3) }}
