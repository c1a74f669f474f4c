-- ::: {.content-visible when-format="html"} and its relatives. PDF means Typst here.

local c = require "common"

local NAMES = {
  html = {html = true, ["html:js"] = true},
  typst = {typst = true, pdf = true},
  docx = {docx = true},
}
local own = NAMES[c.html and "html" or c.typst and "typst" or "docx"]

local function decide(el)
  local visible = el.classes:includes("content-visible")
  local hidden = el.classes:includes("content-hidden")
  if not (visible or hidden) then return nil end
  local holds = true
  for key, value in pairs(el.attributes) do
    if key == "when-format" then holds = holds and own[value] == true
    elseif key == "unless-format" then holds = holds and not own[value]
    else c.unsupported("The condition " .. key) end
  end
  if hidden then holds = not holds end
  return holds and el.content or {}
end

return function(blocks) return blocks:walk{Div = decide, Span = decide} end
