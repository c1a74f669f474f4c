-- The first use of a term in each chapter leads to the glossary, in HTML alone. The terms are
-- spans with the class `glossary` around a link, with their other forms:
-- [[Gini-Koeffizient](../glossar.html#gini)]{.glossary forms="Gini"}.
-- No link in headings, tables, figures, links, sources, or text of another language.

local c = require "common"

local ENDINGS = {"", "s", "n", "e", "en", "es"}
local OPENING = {[""] = true, ["("] = true, ["„"] = true, ["(„"] = true}
local WITHIN = {Strong = true, Emph = true, Quoted = true, Span = true}
local LEFT_OUT = {"source", "downloads", "pages", "glossary", "assumption"}
local NBSP = "\u{a0}"

local function left_out(el)
  for _, class in ipairs(LEFT_OUT) do
    if el.classes:includes(class) then return true end
  end
  return el.attributes.lang ~= nil
end

-- Terms in their forms, a form being a list of words.
local function collect(blocks)
  local forms = {}
  blocks:walk{Span = function(span)
    if not span.classes:includes("glossary") then return nil end
    local target = span.content[1].target
    for form in (c.text(span.content) .. "|" .. span.attributes.forms):gmatch("[^|]+") do
      local words = {}
      for word in form:gmatch("%S+") do table.insert(words, word) end
      table.insert(forms, {target = target, words = words})
      if #words > 1 then
        table.insert(forms, {target = target, words = {(form:gsub(" ", NBSP))}})
      end
    end
  end}
  table.sort(forms, function(a, b)
    if #a.words ~= #b.words then return #a.words > #b.words end
    return #a.words[1] > #b.words[1]
  end)
  return forms
end

-- What stands before and behind a word in a Str; nothing where it is part of another word.
local function around(text, word, is_first, is_last)
  local first, last = text:find(word, 1, true)
  if not first then return nil end
  local before, after = text:sub(1, first - 1), text:sub(last + 1)
  if not (is_first and OPENING[before] or before == "") then return nil end
  if not is_last then
    if after == "" then return before, "", "" end
    return nil
  end
  for _, ending in ipairs(ENDINGS) do
    local rest = after:sub(#ending + 1)
    if after:sub(1, #ending) == ending and rest:gsub("“", ""):match("^[%.,;:!%?%)]*$") then
      return before, ending, rest
    end
  end
end

-- The link that begins at a place of a list of inlines, and how many of them it takes.
local function link_at(inlines, at, form)
  local shown, before, after = pandoc.Inlines{}, "", ""
  for k, word in ipairs(form.words) do
    local el = inlines[at + 2 * (k - 1)]
    if not el or el.t ~= "Str" then return nil end
    local lead, ending, rest = around(el.text, word, k == 1, k == #form.words)
    if not lead then return nil end
    if k > 1 then
      local gap = inlines[at + 2 * k - 3]
      if gap.t ~= "Space" and gap.t ~= "SoftBreak" then return nil end
      shown:insert(pandoc.Space())
    else
      before = lead
    end
    shown:insert(pandoc.Str(word .. ending))
    after = rest
  end
  local link = pandoc.Link(shown, form.target, "", {class = "term"})
  local out = pandoc.Inlines{pandoc.Str(before), link, pandoc.Str(after)}
  return out, 2 * #form.words - 1
end

return function(blocks)
  if not c.html then return blocks end
  local forms, seen = collect(blocks), {}

  local function linked(inlines)
    local out, at = pandoc.Inlines{}, 1
    while at <= #inlines do
      local el, taken = inlines[at], 1
      local found = pandoc.Inlines{el}
      if el.t == "Str" then
        for _, form in ipairs(forms) do
          local link, size = nil, nil
          if not seen[form.target] then link, size = link_at(inlines, at, form) end
          if link then
            found, taken, seen[form.target] = link, size, true
            break
          end
        end
      elseif WITHIN[el.t] and not (el.t == "Span" and left_out(el)) then
        el.content = linked(el.content)
        found = pandoc.Inlines{el}
      end
      out:extend(found)
      at = at + taken
    end
    return out
  end

  local function chapter(list)
    local out = pandoc.Blocks{}
    for _, block in ipairs(list) do
      if block.t == "Header" and block.level == 1 then
        seen = {}
      elseif block.t == "Para" or block.t == "Plain" then
        block.content = linked(block.content)
      elseif block.t == "BulletList" or block.t == "OrderedList" then
        local items = {}
        for i, item in ipairs(block.content) do items[i] = chapter(item) end
        block.content = items
      elseif block.t == "Div" and not left_out(block) and not c.kind(block.identifier) then
        block.content = chapter(block.content)
      end
      out:insert(block)
    end
    return out
  end

  local out = #forms > 0 and chapter(blocks) or blocks
  return out:walk{Span = function(span)
    if span.classes:includes("glossary") then return span.content end
  end}
end
