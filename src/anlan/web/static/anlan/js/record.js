// The form on which evidence is recorded: items that failed ask for more, photos are shown before they are sent.
function watchItems(form) {
  const items = [...form.querySelectorAll("[data-item]")];
  const show = (item) => {
    const failed = item.querySelector("input[type=radio][value=failed]");
    item.classList.toggle("is-failed", Boolean(failed?.checked));
    item.querySelector("[data-item-more]").toggleAttribute("hidden", !failed?.checked);
  };
  items.forEach((item) => {
    show(item);
    item.addEventListener("change", () => show(item));
  });
  const all = form.querySelector("[data-all-passed]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      items.forEach((item) => {
        item.querySelector("input[type=radio][value=passed]").checked = true;
        show(item);
      });
      form.dispatchEvent(new Event("input", { bubbles: true }));
      form.querySelector("[data-send]").focus();
    });
  }
}

// A camera gives one photo at a time; they are gathered in the input until the form is sent.
function watchPhotos(box) {
  const list = box.querySelector("[data-photo-previews]");
  const gathered = new Map();
  const draw = () => {
    list.replaceChildren();
    for (const [input, files] of gathered) {
      files.forEach((file, place) => {
        const entry = document.createElement("li");
        const picture = document.createElement("img");
        picture.alt = file.name;
        picture.src = URL.createObjectURL(file);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
        const drop = document.createElement("button");
        drop.type = "button";
        drop.className = "photo-drop";
        drop.textContent = "×";
        drop.setAttribute("aria-label", `× ${file.name}`);
        drop.addEventListener("click", () => {
          files.splice(place, 1);
          put(input, files);
        });
        entry.append(picture, drop);
        list.append(entry);
      });
    }
    list.hidden = !list.children.length;
  };
  const put = (input, files) => {
    const carrier = new DataTransfer();
    files.forEach((file) => carrier.items.add(file));
    input.files = carrier.files;
    gathered.set(input, files);
    draw();
  };
  box.querySelectorAll("[data-photo-input]").forEach((input) => {
    gathered.set(input, []);
    input.addEventListener("change", () => {
      const known = gathered.get(input);
      const fresh = [...input.files].filter(
        (file) => !known.some((one) => one.name === file.name && one.size === file.size),
      );
      put(input, [...known, ...fresh]);
    });
  });
}

document.querySelectorAll("form[data-record]").forEach((form) => {
  watchItems(form);
  form.querySelectorAll("[data-photos]").forEach(watchPhotos);
});
