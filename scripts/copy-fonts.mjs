// The fonts of PDF exports for scripts that Inter lacks, from npm into public/vendor/fonts: a page fetches one when a
// name in a report needs it. Which letters each is for stands in src/export/order.rs.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FROM = "node_modules/@expo-google-fonts", TO = "public/vendor/fonts";
const FONTS = {
  arabic: "noto-sans-arabic",
  chinese: "noto-sans-sc",
  devanagari: "noto-sans-devanagari",
  emoji: "noto-emoji",
  hebrew: "noto-sans-hebrew",
  korean: "noto-sans-kr",
  thai: "noto-sans-thai",
};

mkdirSync(TO, { recursive: true });
const licences = [];
for (const [name, from] of Object.entries(FONTS)) {
  const folder = join(FROM, from);
  const font = readdirSync(join(folder, "400Regular")).find((file) => file.endsWith(".ttf"));
  copyFileSync(join(folder, "400Regular", font), join(TO, `${name}.ttf`));
  licences.push(`${name}.ttf\n\n${readFileSync(join(folder, "LICENSE_FONT"), "utf8")}`);
}
writeFileSync(join(TO, "OFL.txt"), licences.join("\n\n"));
