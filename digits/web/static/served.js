// What the page can do with the program behind it: pictures, numbers, teaching and training.

import { element } from "./dom.js";
import { Learning, serverStore } from "./learn.js";
import { readNumbers, readPictures } from "./pictures.js";
import { Trainings, ask } from "./server.js";
import { Teach } from "./teach.js";
import { WatchView } from "./watch_view.js";

// `reload` opens the model that the program uses now.
export function serve(page, reload) {
  const trainings = new Trainings(), learning = new Learning(trainings, renew);
  document.head.append(element("link", { rel: "stylesheet", href: "/static/served.css" }));
  readPictures(page.draw);
  readNumbers(page.draw);
  page.teach = new Teach(page.draw, serverStore((kept) => learning.told(kept)));
  page.watch = new WatchView(trainings, renew, (image, caption) => page.open(image, caption));
  trainings.follow();

  async function renew() {
    await reload();
    learning.told(await ask("/my"));
  }
}
