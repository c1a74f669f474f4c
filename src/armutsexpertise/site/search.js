// Search without a server: every word must occur, itself or a synonym; a heading and a sentence
// in bold type count more than text, and a finding more than a colophon.
(function () {
  var form = document.querySelector(".search");
  var field = document.getElementById("suche");
  var count = form.querySelector(".search-count");
  var list = form.querySelector(".hits");
  var most = 20;

  // Ä, ae and a are one letter, so that "Pässe" and "Paesse" hold "Pass"; CO₂ is CO2.
  function fold(text) {
    return text.toLowerCase().replace(/ß/g, "ss").normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
      .replace(/ae/g, "a").replace(/oe/g, "o").replace(/([aeoq]?)ue/g, function (all, before) {
        return before ? all : "u"; // "neue" and "Quelle" keep their e
      });
  }
  // Only letters and digits, with a space before each word: " 15" is where a word begins.
  function plain(text) { return " " + fold(text).replace(/[^a-z0-9]+/g, " ").trim(); }
  // An ending of plural or case goes, so what is sought is the beginning of all forms.
  function stem(word) {
    var short = word.replace(/(ern|em|er|en|es|e|n|([bdfghklmnrt])s)$/, "$2");
    return short.length < 4 ? word : short;
  }
  function stems(text) {
    return plain(text).split(" ").filter(function (word) { return word.length > 1; }).map(stem);
  }
  var index = JSON.parse(document.getElementById("search-index").textContent);
  var synonyms = index.synonyms.map(function (group) { return group.map(stems); });
  var entries = index.entries.map(function (row) {
    return {page: row[0], heading: row[1], address: row[2], text: row[3], weight: row[5],
            plainPage: plain(row[0]), plainHeading: plain(row[1]), plainText: plain(row[3]),
            plainLead: plain(row[4])};
  });

  // What is sought, word by word: each with its synonyms behind it. A synonym may have two or
  // three words ("heiße Tage").
  function asked(query) {
    var words = stems(query), out = [];
    for (var i = 0, taken; i < words.length; i += taken) {
      var best = [[words[i]]];
      taken = 1;
      synonyms.forEach(function (group) {
        group.forEach(function (member) {
          var here = words.slice(i, i + member.length);
          if (here.join(" ") !== member.join(" ")) return;
          if (member.length < taken || member.length === taken && best.length > 1) return;
          taken = member.length;
          best = [member].concat(group.filter(function (other) { return other !== member; }));
        });
      });
      out.push(best.map(function (member) { return member.join(" "); }));
    }
    return out;
  }

  function times(text, word) { return text.split(word).length - 1; }
  // Words that begin with what is sought count more than words that hold it somewhere.
  function where(text, word, begins, holds) {
    return times(text, " " + word) ? begins : times(text, word) ? holds : 0;
  }
  function points(entry, word) {
    var begins = times(entry.plainText, " " + word);
    var holds = times(entry.plainText, word) - begins;
    var heading = where(entry.plainHeading, word, 25, 12);
    if (!heading && !begins && !holds) return 0;
    return heading + where(entry.plainLead, word, 15, 8) + where(entry.plainPage, word, 6, 3)
      + Math.min(2 * begins + holds, 20);
  }
  function score(entry, sought) {
    var total = stems(entry.heading).join(" ") === sought.map(first).join(" ") ? 60 : 0;
    for (var i = 0; i < sought.length; i++) {
      var most = Math.max.apply(null, sought[i].map(function (word, k) {
        return points(entry, word) * (k ? 0.5 : 1);
      }));
      if (!most) return 0;
      total += most;
    }
    return total * entry.weight;
  }
  function first(list) { return list[0]; }

  // Folding may lengthen a text (ä to ae), so the place is sought word by word: the first that
  // begins with what is sought, else the first that holds it.
  function place(text, word) {
    var words = text.split(" "), at = 0, holds = -1;
    for (var i = 0; i < words.length; i++) {
      if (plain(words[i]).indexOf(" " + word) >= 0) return at;
      if (holds < 0 && plain(words[i]).indexOf(word) >= 0) holds = at;
      at += words[i].length + 1;
    }
    return Math.max(holds, 0);
  }
  function excerpt(entry, words) {
    var word = words.find(function (one) { return times(entry.plainText, one); }) || words[0];
    var at = Math.max(0, place(entry.text, word.split(" ")[0]) - 70);
    var start = at ? entry.text.indexOf(" ", at) + 1 : 0;
    var piece = entry.text.slice(start, start + 190);
    return (start ? "… " : "") + piece + (start + 190 < entry.text.length ? " …" : "");
  }
  function marked(text, words) {
    var line = document.createElement("span");
    text.split(/(\s+)/).forEach(function (piece) {
      var hit = words.some(function (word) {
        // Of a synonym of several words each is marked where a word begins with it.
        return word.split(" ").some(function (part) {
          return plain(piece).indexOf(part === word ? part : " " + part) >= 0;
        });
      });
      var node = hit ? document.createElement("mark") : document.createTextNode(piece);
      if (hit) node.textContent = piece;
      line.appendChild(node);
    });
    return line;
  }

  function search() {
    var sought = asked(field.value), words = [].concat.apply([], sought);
    list.replaceChildren();
    if (!sought.length) return "";
    var hits = entries.map(function (entry) { return [score(entry, sought), entry]; })
      .filter(function (pair) { return pair[0]; })
      .sort(function (a, b) { return b[0] - a[0]; });
    hits.slice(0, most).forEach(function (pair) {
      var entry = pair[1], item = document.createElement("li"), link = document.createElement("a");
      link.href = entry.address;
      link.textContent = entry.heading || entry.page;
      item.appendChild(link);
      if (entry.heading) {
        var from = document.createElement("span");
        from.className = "from";
        from.textContent = " " + entry.page;
        item.appendChild(from);
      }
      var shown = document.createElement("p");
      shown.appendChild(marked(excerpt(entry, sought[0]), words));
      item.appendChild(shown);
      list.appendChild(item);
    });
    return !hits.length ? "Nichts gefunden."
      : hits.length === 1 ? "Ein Treffer"
      : hits.length + " Treffer" + (hits.length > most ? ", die ersten " + most + ":" : ":");
  }

  form.hidden = false;
  // The number is said once typing pauses, not at every letter.
  var pause;
  field.addEventListener("input", function () {
    var said = search();
    clearTimeout(pause);
    pause = setTimeout(function () { count.textContent = said; }, 400);
  });
  // Enter goes to the first hit; from there Tab leads through the others.
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    count.textContent = search();
    var first = list.querySelector("a");
    if (first) first.focus();
  });
  // index.html?q=wohngeld is a link to a search.
  field.value = new URLSearchParams(location.search).get("q") || "";
  count.textContent = search();
})();
