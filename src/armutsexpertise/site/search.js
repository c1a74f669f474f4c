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
  var entries = JSON.parse(document.getElementById("search-index").textContent).map(function (row) {
    return {page: row[0], heading: row[1], address: row[2], text: row[3],
            foldedHeading: fold(row[1]), foldedText: fold(row[3])};
  });

  function score(entry, words) {
    var total = 0;
    for (var i = 0; i < words.length; i++) {
      var inHeading = entry.foldedHeading.indexOf(words[i]) >= 0;
      var times = entry.foldedText.split(words[i]).length - 1;
      if (!inHeading && !times) return 0;
      total += (inHeading ? 20 : 0) + Math.min(times, 10);
    }
    return total;
  }

  // Folding may lengthen a text (ä to ae), so the place is sought letter by letter.
  function place(text, word) {
    var words = text.split(" "), at = 0;
    for (var i = 0; i < words.length; i++) {
      if (fold(words[i]).indexOf(word) >= 0) return at;
      at += words[i].length + 1;
    }
    return 0;
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
    var words = fold(field.value).split(/\s+/).filter(function (word) { return word.length > 1; });
    list.replaceChildren();
    if (!words.length) { count.textContent = ""; return; }
    var hits = entries.map(function (entry) { return [score(entry, words), entry]; })
      .filter(function (pair) { return pair[0]; })
      .sort(function (a, b) { return b[0] - a[0]; });
    count.textContent = !hits.length ? "Nichts gefunden."
      : hits.length === 1 ? "Ein Treffer"
      : hits.length + " Treffer" + (hits.length > most ? ", die ersten " + most + ":" : ":");
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
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); search(); });
  field.addEventListener("input", search);
  // index.html?q=wohngeld is a link to a search.
  field.value = new URLSearchParams(location.search).get("q") || "";
  search();
})();
