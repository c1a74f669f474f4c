// Search without a server: every word must occur; headings count more than text.
(function () {
  var form = document.querySelector(".search");
  var field = document.getElementById("suche");
  var count = form.querySelector(".search-count");
  var list = form.querySelector(".hits");
  var most = 20;

  function fold(text) {
    return text.toLowerCase().replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue")
      .replace(/ß/g, "ss").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }
  // Only letters and digits, with a space before each word: " 15" is where a word begins.
  function plain(text) { return " " + fold(text).replace(/[^a-z0-9]+/g, " ").trim(); }
  var entries = JSON.parse(document.getElementById("search-index").textContent).map(function (row) {
    return {page: row[0], heading: row[1], address: row[2], text: row[3],
            plainHeading: plain(row[1]), plainText: plain(row[3])};
  });

  function times(text, word) { return text.split(word).length - 1; }
  // Words that begin with what is sought count more than words that hold it somewhere.
  function score(entry, words) {
    var total = entry.plainHeading === " " + words.join(" ") ? 60 : 0;
    for (var i = 0; i < words.length; i++) {
      var begins = times(entry.plainText, " " + words[i]);
      var holds = times(entry.plainText, words[i]) - begins;
      var heading = times(entry.plainHeading, " " + words[i]) ? 25
        : times(entry.plainHeading, words[i]) ? 12 : 0;
      if (!heading && !begins && !holds) return 0;
      total += heading + Math.min(2 * begins + holds, 20);
    }
    return total;
  }

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
  function excerpt(entry, word) {
    var at = Math.max(0, place(entry.text, word) - 70);
    var start = at ? entry.text.indexOf(" ", at) + 1 : 0;
    var piece = entry.text.slice(start, start + 190);
    return (start ? "… " : "") + piece + (start + 190 < entry.text.length ? " …" : "");
  }
  function marked(text, words) {
    var line = document.createElement("span");
    text.split(/(\s+)/).forEach(function (piece) {
      var hit = words.some(function (word) { return fold(piece).indexOf(word) >= 0; });
      var node = hit ? document.createElement("mark") : document.createTextNode(piece);
      if (hit) node.textContent = piece;
      line.appendChild(node);
    });
    return line;
  }

  function search() {
    var words = plain(field.value).split(" ").filter(function (word) { return word.length > 1; });
    list.replaceChildren();
    if (!words.length) return "";
    var hits = entries.map(function (entry) { return [score(entry, words), entry]; })
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
      shown.appendChild(marked(excerpt(entry, words[0]), words));
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
