/** Books of the demo shop: title / author / genre / tags. */
export const BOOKS = `
Pride and Prejudice / Jane Austen / Romance / classic, england, wit
Emma / Jane Austen / Romance / classic, england, wit
Persuasion / Jane Austen / Romance / classic, england, sea
Jane Eyre / Charlotte Brontë / Romance / classic, england, gothic
Wuthering Heights / Emily Brontë / Romance / classic, moors, gothic
Great Expectations / Charles Dickens / Classics / classic, england, coming of age
Bleak House / Charles Dickens / Classics / classic, england, law
Middlemarch / George Eliot / Classics / classic, england, marriage
Anna Karenina / Leo Tolstoy / Classics / classic, russia, marriage
War and Peace / Leo Tolstoy / Classics / classic, russia, war
Crime and Punishment / Fyodor Dostoevsky / Classics / classic, russia, guilt
The Brothers Karamazov / Fyodor Dostoevsky / Classics / classic, russia, family
Madame Bovary / Gustave Flaubert / Classics / classic, france, marriage
Les Misérables / Victor Hugo / Classics / classic, france, revolution
The Count of Monte Cristo / Alexandre Dumas / Adventure / classic, france, revenge
The Three Musketeers / Alexandre Dumas / Adventure / classic, france, friendship
Treasure Island / Robert Louis Stevenson / Adventure / classic, sea, pirates
Kidnapped / Robert Louis Stevenson / Adventure / classic, scotland, sea
Moby-Dick / Herman Melville / Adventure / classic, sea, obsession
The Call of the Wild / Jack London / Adventure / classic, snow, dogs
Robinson Crusoe / Daniel Defoe / Adventure / classic, sea, island
Around the World in Eighty Days / Jules Verne / Adventure / classic, travel, wit
Twenty Thousand Leagues Under the Sea / Jules Verne / Science fiction / classic, sea, machines
Journey to the Centre of the Earth / Jules Verne / Science fiction / classic, caves, machines
The Time Machine / H. G. Wells / Science fiction / classic, time travel, england
The War of the Worlds / H. G. Wells / Science fiction / classic, aliens, england
The Invisible Man / H. G. Wells / Science fiction / classic, experiment, england
Frankenstein / Mary Shelley / Horror / classic, gothic, experiment
Dracula / Bram Stoker / Horror / classic, gothic, vampires
The Turn of the Screw / Henry James / Horror / classic, gothic, ghosts
The Picture of Dorian Gray / Oscar Wilde / Horror / classic, gothic, wit
The Haunting of Hill House / Shirley Jackson / Horror / ghosts, house, american
The Hound of the Baskervilles / Arthur Conan Doyle / Crime / classic, detective, moors
A Study in Scarlet / Arthur Conan Doyle / Crime / classic, detective, london
The Moonstone / Wilkie Collins / Crime / classic, detective, jewels
The Woman in White / Wilkie Collins / Crime / classic, gothic, detective
Murder on the Orient Express / Agatha Christie / Crime / detective, train, puzzle
And Then There Were None / Agatha Christie / Crime / island, puzzle, dark
The Big Sleep / Raymond Chandler / Crime / detective, noir, american
The Maltese Falcon / Dashiell Hammett / Crime / detective, noir, jewels
The Name of the Rose / Umberto Eco / Crime / detective, monks, puzzle
In Cold Blood / Truman Capote / Crime / true story, american, dark
The Left Hand of Darkness / Ursula K. Le Guin / Science fiction / snow, politics, aliens
The Dispossessed / Ursula K. Le Guin / Science fiction / politics, utopia, physics
A Wizard of Earthsea / Ursula K. Le Guin / Fantasy / dragons, sea, coming of age
Dune / Frank Herbert / Science fiction / desert, politics, space
Foundation / Isaac Asimov / Science fiction / space, politics, mathematics
I, Robot / Isaac Asimov / Science fiction / robots, puzzle, machines
Fahrenheit 451 / Ray Bradbury / Science fiction / dystopia, fire, american
The Martian Chronicles / Ray Bradbury / Science fiction / space, aliens, american
Brave New World / Aldous Huxley / Science fiction / dystopia, experiment, wit
Nineteen Eighty-Four / George Orwell / Science fiction / dystopia, politics, england
Solaris / Stanisław Lem / Science fiction / space, aliens, sea
Roadside Picnic / Arkady and Boris Strugatsky / Science fiction / aliens, russia, dark
Neuromancer / William Gibson / Science fiction / machines, noir, dystopia
The Hitchhiker's Guide to the Galaxy / Douglas Adams / Science fiction / space, wit, aliens
The Hobbit / J. R. R. Tolkien / Fantasy / dragons, travel, caves
The Fellowship of the Ring / J. R. R. Tolkien / Fantasy / travel, friendship, war
The Once and Future King / T. H. White / Fantasy / knights, england, coming of age
Titus Groan / Mervyn Peake / Fantasy / gothic, castle, dark
The Last Unicorn / Peter S. Beagle / Fantasy / unicorns, travel, wit
Watership Down / Richard Adams / Fantasy / animals, england, travel
The Master and Margarita / Mikhail Bulgakov / Fantasy / russia, wit, devil
One Hundred Years of Solitude / Gabriel García Márquez / Classics / family, colombia, magic
The Book of Sand / Jorge Luis Borges / Fantasy / stories, puzzle, magic
Invisible Cities / Italo Calvino / Fantasy / travel, stories, magic
The Wonderful Wizard of Oz / L. Frank Baum / Children / magic, travel, american
Alice's Adventures in Wonderland / Lewis Carroll / Children / magic, wit, england
The Secret Garden / Frances Hodgson Burnett / Children / garden, england, friendship
The Wind in the Willows / Kenneth Grahame / Children / animals, river, friendship
Anne of Green Gables / L. M. Montgomery / Children / canada, farm, coming of age
The Jungle Book / Rudyard Kipling / Children / animals, india, stories
Pippi Longstocking / Astrid Lindgren / Children / sweden, wit, friendship
The Moomins and the Great Flood / Tove Jansson / Children / finland, sea, friendship
Heidi / Johanna Spyri / Children / mountains, farm, friendship
Charlotte's Web / E. B. White / Children / farm, animals, friendship
Walden / Henry David Thoreau / Nature / woods, american, solitude
The Peregrine / J. A. Baker / Nature / birds, england, solitude
Silent Spring / Rachel Carson / Nature / birds, science, american
The Sea Around Us / Rachel Carson / Nature / sea, science, whales
On the Origin of Species / Charles Darwin / Science / classic, animals, england
The Voyage of the Beagle / Charles Darwin / Science / travel, animals, sea
A Brief History of Time / Stephen Hawking / Science / physics, space, time
Cosmos / Carl Sagan / Science / space, physics, history
The Periodic Table / Primo Levi / Science / chemistry, italy, true story
Gödel, Escher, Bach / Douglas Hofstadter / Science / mathematics, music, puzzle
The Double Helix / James D. Watson / Science / true story, experiment, england
SPQR / Mary Beard / History / rome, politics, war
The Guns of August / Barbara W. Tuchman / History / war, politics, europe
A Distant Mirror / Barbara W. Tuchman / History / knights, france, plague
The Silk Roads / Peter Frankopan / History / travel, asia, politics
Longitude / Dava Sobel / History / sea, clocks, science
Meditations / Marcus Aurelius / Philosophy / rome, classic, solitude
The Consolations of Philosophy / Alain de Botton / Philosophy / wit, essays, modern
Zen and the Art of Motorcycle Maintenance / Robert M. Pirsig / Philosophy / travel, machines, american
The Art of War / Sun Tzu / Philosophy / war, classic, china
Salt, Fat, Acid, Heat / Samin Nosrat / Cookery / cooking, technique, everyday
Mastering the Art of French Cooking / Julia Child / Cookery / cooking, france, technique
An Omelette and a Glass of Wine / Elizabeth David / Cookery / cooking, essays, france
The Bread Book / Linda Collister / Cookery / baking, bread, technique
Plenty / Yotam Ottolenghi / Cookery / cooking, vegetables, everyday
`;
