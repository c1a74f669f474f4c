-- Page breaks, source lines outside exhibits, and quotation marks in the language around them.

local c = require "common"

local ENGLISH = {lq = "“", rq = "”", lsq = "‘", rsq = "’"}
local BREAKS = {
  html = '<div class="page-break"></div>',
  typst = "#pagebreak(weak: true)",
  openxml = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
}

local function quoted(marks) return function(el)
  local double = el.quotetype == "DoubleQuote"
  local out = pandoc.Inlines{double and marks.lq or marks.lsq}
  out:extend(el.content)
  out:insert(double and marks.rq or marks.rsq)
  return out
end end

local function quotes(blocks, context)
  blocks = blocks:walk{Div = function(div)
    if (div.attributes.lang or ""):match("^en") then
      div.content = div.content:walk{Quoted = quoted(ENGLISH)}
      return div
    end
  end}
  for _, key in ipairs{"title", "subtitle", "abstract", "description"} do
    local value = context.meta[key]
    if value then context.meta[key] = value:walk{Quoted = quoted(context.words)} end
  end
  return blocks:walk{Quoted = quoted(context.words)}
end

local function shortcode(para)
  local name = c.text(para):match("^{{<%s*([%w-]+).->}}$")
  if not name then return nil end
  if name ~= "pagebreak" then c.unsupported("The shortcode " .. name); return nil end
  return c.raw(BREAKS[c.html and "html" or c.typst and "typst" or "openxml"])
end

local function source(div)
  if not div.classes:includes("source") then return nil end
  if c.typst then
    local out = pandoc.Blocks{c.raw("#source-line[")}
    out:extend(div.content)
    out:insert(c.raw("]"))
    return out
  elseif c.docx then
    div.attributes["custom-style"] = "Source Line"
    return div
  end
end

return function(blocks, context)
  blocks = blocks:walk{Para = shortcode}
  blocks = blocks:walk{Div = source}
  return quotes(blocks, context)
end
