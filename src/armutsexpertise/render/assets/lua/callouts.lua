-- ::: {.callout-note} with a heading, a title attribute or neither.

local c = require "common"

local KINDS = {note = true, tip = true, warning = true, important = true, caution = true}

local function title_of(div)
  if div.attributes.title then return pandoc.Inlines(pandoc.Str(div.attributes.title)) end
  local first = div.content[1]
  if first and first.t == "Header" then
    div.content:remove(1)
    return first.content
  end
end

local function callout(context) return function(div)
  local kind
  for _, class in ipairs(div.classes) do kind = kind or class:match("^callout%-(%a+)$") end
  if not kind then return nil end
  if not KINDS[kind] then c.unsupported("The callout " .. kind); return nil end
  local word = context.words[kind]
  local title = title_of(div) or pandoc.Inlines(pandoc.Str(word))
  local out
  if c.html then
    out = pandoc.Blocks{
      c.raw(('<div class="callout callout-%s" role="note" aria-label="%s"><p class="callout-title">'):format(kind, word)),
      pandoc.Plain(title), c.raw("</p>")}
    out:extend(div.content)
    out:insert(c.raw("</div>"))
  elseif c.typst then
    out = pandoc.Blocks{c.raw("#callout(" .. c.quote(kind) .. ", ["), pandoc.Plain(title), c.raw("])[")}
    out:extend(div.content)
    out:insert(c.raw("]"))
  else
    out = pandoc.Blocks{pandoc.Para{pandoc.Strong(title)}}
    out:extend(div.content)
    out = pandoc.Blocks{pandoc.Div(out, {["custom-style"] = "Block Text"})}
  end
  return out
end end

return function(blocks, context) return blocks:walk{Div = callout(context)} end
