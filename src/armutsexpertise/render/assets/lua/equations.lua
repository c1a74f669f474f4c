-- Numbered equations $$ … $$ {#eq-x}, and an alternative text for every formula of the PDF.

local c = require "common"

local SIGNS = {
  le = "≤", ge = "≥", leq = "≤", geq = "≥", ne = "≠", neq = "≠", approx = "≈", cdot = "·",
  times = "×", pm = "±", sum = "∑", infty = "∞", to = "→", ldots = "…", dots = "…",
  alpha = "α", beta = "β", gamma = "γ", delta = "δ", theta = "θ", lambda = "λ", mu = "μ",
  sigma = "σ", tau = "τ", chi = "χ", Delta = "Δ", Sigma = "Σ",
}

-- A formula as a line of text. Read aloud it need not be pretty, but complete.
local function alternative(context, tex)
  local line = tex:gsub("%s+", " "):gsub("\\[dt]?frac%s*(%b{})%s*(%b{})", "(%1)/(%2)")
    :gsub("\\text%s*(%b{})", "%1"):gsub("\\mathrm%s*(%b{})", "%1")
    :gsub("\\(%a+)", function(name) return SIGNS[name] or " " .. name .. " " end)
    :gsub("\\.", " "):gsub("[{}]", ""):gsub("%s+", " ")
  return context.words.formula .. ": " .. line:gsub("^ ", ""):gsub(" $", "")
end

local function typst_math(context, math, number, id)
  local body = pandoc.write(pandoc.Pandoc{pandoc.Plain{math}}, "typst"):gsub("%s+$", "")
  local numbering = number and (', numbering: _ => "(' .. number .. ')"') or ""
  return c.rawi(("#math.equation(block: %s, alt: %s%s, %s)%s"):format(
    tostring(math.mathtype == "DisplayMath"), c.quote(alternative(context, math.text)), numbering,
    body, id and " <" .. id .. ">" or ""))
end

return function(blocks, context)
  local count = 0
  blocks = blocks:walk{Para = function(para)
    local math, id
    for _, x in ipairs(para.content) do
      if x.t == "Math" and x.mathtype == "DisplayMath" then math = math or x end
      if x.t == "Str" then id = id or x.text:match("^{#(eq%-[%w_-]+)}$") end
    end
    if not (math and id) then return nil end
    count = count + 1
    context.refs[id] = {kind = "eq", number = tostring(count)}
    if c.html then
      return {
        c.raw('<div class="equation scrolls" id="' .. id .. '">'), pandoc.Plain{math},
        c.raw('<span class="equation-number">(' .. count .. ")</span></div>"),
      }
    elseif c.typst then
      return pandoc.Para{typst_math(context, math, count, id)}
    end
    return pandoc.Para{pandoc.Span({math}, {id = id}), pandoc.Space(), "(" .. count .. ")"}
  end}
  if not c.typst then return blocks end
  return blocks:walk{Math = function(math) return typst_math(context, math) end}
end
