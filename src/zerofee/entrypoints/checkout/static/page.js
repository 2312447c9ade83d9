// What a script adds: news without reloading, the operator guessed from the number, a clock, and one press at a time.
(function () {
  "use strict";
  var stream = null, poll = 0, clock = 0;

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  function refresh() {
    fetch(location.pathname + location.search.replace(/([?&])go=1/, "$1"), { headers: { Accept: "text/html" } })
      .then(function (answer) { return answer.text(); })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html");
        var now = document.getElementById("main"), next = fresh.getElementById("main");
        if (!next || next.dataset.version === now.dataset.version) { listen(); return; }
        document.title = fresh.title;
        now.replaceWith(document.adoptNode(next));
        next.focus();
        begin();
      })
      .catch(function () { setTimeout(refresh, 5000); });
  }

  function stop() {
    if (stream) { stream.close(); stream = null; }
    clearInterval(poll);
  }

  function ask(main) {
    clearInterval(poll);
    poll = setInterval(function () {
      fetch(main.dataset.path + "/status").then(function (answer) { return answer.json(); }).then(function (told) {
        if (String(told.version) !== main.dataset.version) { stop(); refresh(); }
      }).catch(function () {});
    }, 5000);
  }

  function listen() {
    var main = document.getElementById("main");
    stop();
    if (main.dataset.stage === "paid" || main.dataset.stage === "ended") { return; }
    if (!window.EventSource) { ask(main); return; }
    stream = new EventSource(main.dataset.path + "/live?since=" + main.dataset.version);
    stream.addEventListener("change", function () { stop(); refresh(); });
    stream.onerror = function () { if (stream && stream.readyState === 2) { stop(); ask(main); } };
  }

  function tell() {
    var main = document.getElementById("main");
    if (window.parent !== window && main.dataset.origin) {
      window.parent.postMessage(
        { type: "zerofee.checkout", session: main.dataset.session, stage: main.dataset.stage }, main.dataset.origin
      );
    }
  }

  function guess() {
    var phone = document.getElementById("phone"), said = document.getElementById("guess"), timer = 0;
    if (!phone) { return; }
    phone.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        var main = document.getElementById("main");
        fetch(main.dataset.path + "/guess?phone=" + encodeURIComponent(phone.value))
          .then(function (answer) { return answer.json(); })
          .then(function (told) {
            said.textContent = "";
            each("#pay input[data-operator]", function (radio) {
              if (told.operator && radio.dataset.operator === told.operator) {
                radio.checked = true;
                said.textContent = said.dataset.said + " " + radio.parentNode.textContent.trim();
              }
            });
          }).catch(function () {});
      }, 300);
    });
  }

  function needPhone() {
    var number = document.getElementById("number"), phone = document.getElementById("phone");
    if (!number) { return; }
    function look() {
      var chosen = document.querySelector("#pay input[name=method]:checked");
      var needed = !chosen || chosen.value.indexOf("mobile_money") === 0;
      number.hidden = !needed;
      phone.required = needed;
    }
    each("#pay input[name=method]", function (radio) { radio.addEventListener("change", look); });
    look();
  }

  function count() {
    var time = document.getElementById("expires");
    clearInterval(clock);
    if (!time) { return; }
    var ends = Date.parse(time.getAttribute("datetime"));
    function show() {
      var left = Math.max(0, Math.round((ends - Date.now()) / 1000));
      if (left < 3600) { time.textContent = Math.floor(left / 60) + ":" + ("0" + left % 60).slice(-2); }
      else { time.textContent = new Date(ends).toLocaleString(
        document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }
      ); }
      if (!left) { clearInterval(clock); setTimeout(refresh, 3000); }
    }
    clock = setInterval(show, 1000);
    show();
  }

  function once() {
    each("form[method=post]", function (form) {
      form.addEventListener("submit", function (event) {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = "yes";
        Array.prototype.forEach.call(form.querySelectorAll("button"), function (button) { button.disabled = true; });
      });
    });
  }

  function begin() {
    var country = document.getElementById("country"), show = document.getElementById("show");
    if (country) {
      show.hidden = true;
      country.addEventListener("change", function () { country.form.submit(); });
    }
    guess(); needPhone(); count(); once(); listen(); tell();
  }

  // A page that the browser kept shows an old state: ask for the present one.
  window.addEventListener("pageshow", function (event) { if (event.persisted) { location.reload(); } });
  begin();
})();
