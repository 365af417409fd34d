-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Social cohesion.
{{ category_indicators(7) }}
