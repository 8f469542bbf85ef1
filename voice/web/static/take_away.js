// Printing is the browser's: it makes a PDF, too.

const button = document.getElementById("print");

button.hidden = false;
button.addEventListener("click", () => print());
