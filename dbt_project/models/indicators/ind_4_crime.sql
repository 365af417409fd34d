-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Crime incidence.
{{ category_indicators(4) }}
